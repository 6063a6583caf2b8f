/** Counts the answers that come over a connection, in whatever pieces, and notes the incidents that they call accepted. */

export interface Answers {
  /** By status. */
  counts: Record<string, number>
  accepted: string[]
}

const BEGIN = 'HTTP/1.1 '
const TAKEN = '202'
const ACCEPTED = /"incident_id":"([\w-]+)","outcome":"accepted"/y
const INCIDENT = '"incident_id"'

/** Feed it what was received; returns how many answers began in it. What is kept of each is less than what is looked for. */
export const answerCounter = ({ counts, accepted }: Answers): ((chunk: string) => number) => {
  let rest = ''
  return (chunk) => {
    const text = rest + chunk
    const end = text.lastIndexOf('}') + 1
    rest = text.slice(end)
    let count = 0
    for (let at = text.indexOf(BEGIN); at >= 0 && at < end; at = text.indexOf(BEGIN, at + BEGIN.length)) {
      const status = text.slice(at + BEGIN.length, at + BEGIN.length + TAKEN.length)
      counts[status] = (counts[status] ?? 0) + 1
      count++
      if (status !== TAKEN) continue
      ACCEPTED.lastIndex = text.indexOf(INCIDENT, at)
      const [, id] = ACCEPTED.exec(text) ?? []
      if (id) accepted.push(id)
    }
    return count
  }
}
