/** Answers are counted however they are cut into pieces. */
import { expect, test } from 'vitest'
import { type Answers, answerCounter } from './count-answers.ts'

const answer = (status: number, body: unknown) => {
  const text = JSON.stringify(body)
  return `HTTP/1.1 ${status} Some Thing\r\ncontent-length: ${text.length}\r\nconnection: keep-alive\r\n\r\n${text}`
}
const taken = (incident_id: string, outcome: string) => ({ request_id: 'r', incidents: [{ incident_id, outcome }] })
const RECEIVED = [
  answer(202, taken('HM-1', 'accepted')),
  answer(401, { code: 'signature_invalid' }),
  answer(202, taken('HM-1', 'attached')),
  answer(200, taken('HM-1', 'duplicate')),
  answer(202, taken('HM-2', 'accepted')),
].join('')

test.each([1, 7, 100, 333, RECEIVED.length])('in pieces of %i', (size) => {
  const answers: Answers = { counts: {}, accepted: [] }
  const count = answerCounter(answers)
  let counted = 0
  for (let at = 0; at < RECEIVED.length; at += size) counted += count(RECEIVED.slice(at, at + size))
  expect(counted).toBe(5)
  expect(answers).toEqual({ counts: { 200: 1, 202: 3, 401: 1 }, accepted: ['HM-1', 'HM-2'] })
})
