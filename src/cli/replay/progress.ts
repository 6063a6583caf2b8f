/** How far a long run is: a bar on a terminal, a line now and then in a log. On stderr, so that it is in no answer. */

const BAR = 30
/** A terminal is drawn anew this often, a log gets a line this often. */
const EVERY_MS = { terminal: 100, log: 5000 }

export interface ProgressStream {
  isTTY?: boolean | undefined
  write(text: string): unknown
}

export interface Progress {
  at(done: number): void
  /** Takes the bar away. */
  end(): void
}

const rate = (done: number, ms: number): number => (ms > 0 ? (done * 1000) / ms : 0)

/** `replay [######----]  1200/3000  40 %  800/s  3 s left`. More may be done than was counted at the start. */
const progressLine = (done: number, total: number, ms: number): string => {
  const share = total > 0 ? Math.min(1, done / total) : 1
  const perSecond = rate(done, ms)
  const left = perSecond > 0 ? Math.ceil(Math.max(0, total - done) / perSecond) : null
  const bar = '#'.repeat(Math.floor(share * BAR)).padEnd(BAR, '-')
  const speed = left === null ? '' : `  ${Math.round(perSecond)}/s  ${left} s left`
  return `replay [${bar}]  ${done}/${total}  ${Math.floor(share * 100)} %${speed}`
}

/** `now` in milliseconds, from any origin. */
export const progress = (stream: ProgressStream, total: number, now: () => number): Progress => {
  const began = now()
  const every = stream.isTTY ? EVERY_MS.terminal : EVERY_MS.log
  let [last, drawn] = [began, false]
  return {
    at: (done) => {
      const at = now()
      if (at - last < every) return
      last = at
      drawn = true
      const line = progressLine(done, total, at - began)
      stream.write(stream.isTTY ? `\r\x1b[2K${line}` : `${line}\n`)
    },
    end: () => {
      if (drawn && stream.isTTY) stream.write('\r\x1b[2K')
    },
  }
}
