/** Colours for what a person reads: on a terminal that can show them, unless NO_COLOR is set; plain everywhere else. */
import pc from 'picocolors'

export type Colours = ReturnType<typeof pc.createColors>

/** picocolors alone would colour a CI log as well. */
export const coloursFor = ({ isTTY }: { isTTY?: boolean | undefined }): Colours =>
  pc.createColors(isTTY === true && pc.isColorSupported)

const VERDICT_COLOURS: Readonly<Partial<Record<string, 'green' | 'yellow' | 'red'>>> = {
  dry_run_passed: 'green',
  awaiting_review: 'yellow',
  semi_manual: 'yellow',
  blocked: 'red',
  dead_lettered: 'red',
}

/** A verdict, or the stage an incident is in, which has no colour. */
export const colourVerdict = (verdict: string, colours: Colours): string => {
  const colour = VERDICT_COLOURS[verdict]
  return colour ? colours[colour](verdict) : verdict
}
