/** Colours for what a person reads: on a terminal that can show them, unless NO_COLOR is set; plain everywhere else. */
import pc from 'picocolors'

export type Colours = ReturnType<typeof pc.createColors>

/** picocolors alone would colour a CI log as well. */
export const coloursFor = ({ isTTY }: { isTTY?: boolean | undefined }): Colours =>
  pc.createColors(isTTY === true && pc.isColorSupported)

export const PLAIN: Colours = pc.createColors(false)
