/** One instant query over HTTP. What may be different a moment later is thrown, everything else is an answer. */
import { readFile } from 'node:fs/promises'
import { readSample, refusal, type Sample } from './read-answer.ts'

/** Without user and password, which `fetch` refuses in a URL. */
export interface PrometheusAddress {
  url: string
  /** A file with a bearer token; read at each question, since tokens are renewed in place. */
  tokenFile?: string | undefined
}

/** Prometheus could not be asked, or could not answer just now. */
export class PrometheusDown extends Error {}

/** An answer with one series is a few hundred bytes. */
const LARGEST = 1_000_000

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}

const bodyOf = async (response: Response): Promise<string | null> => {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > LARGEST) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const headersFor = async (tokenFile: string | undefined): Promise<Record<string, string>> =>
  tokenFile === undefined ? {} : { authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` }

/** `at` is RFC 3339. Throws PrometheusDown; rejects with whatever `signal` says when it is aborted. */
export const instantQuery = async (
  { url, tokenFile }: PrometheusAddress,
  query: string,
  at: string,
  signal: AbortSignal,
): Promise<Sample> => {
  let headers: Record<string, string>
  try {
    headers = await headersFor(tokenFile)
  } catch (error) {
    return { sample: null, problem: `PROMETHEUS_TOKEN_FILE cannot be read: ${reasonOf(error)}` }
  }
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/query`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ query, time: at }),
      // A page to log in at is not an answer.
      redirect: 'manual',
      signal,
    })
    const { status } = response
    const text = await bodyOf(response)
    if (status === 429 || status >= 500) throw new PrometheusDown(`it answers HTTP ${status}`)
    if (text === null) return { sample: null, problem: 'the answer is too long: narrow it to one series' }
    return status === 200 ? readSample(text) : { sample: null, problem: refusal(status, text) }
  } catch (error) {
    if (signal.aborted || error instanceof PrometheusDown) throw error
    throw new PrometheusDown(reasonOf(error))
  }
}
