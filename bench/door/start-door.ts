/** A door as a process of its own: Interlock's API as in production, or the bare one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { environmentWith } from '../../src/shared/config.ts'
import { freePort } from '../../src/shared/free-port.ts'
import { projectFile } from '../../src/shared/project-file.ts'

const DOORS = { bare: ['dist/bare-door.js'], interlock: ['bin/interlock', 'serve'] } as const

const START_DEADLINE_MS = 30_000

export interface Door {
  address: string
  /** Processor time it has used, in seconds. */
  cpu(): Promise<number>
  stop(): Promise<void>
}

const metric = async (address: string, name: string): Promise<number> => {
  const text = await (await fetch(`${address}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
}

/** What it logs is written, and nobody reads it: reading it would cost the one who measures. */
export const startDoor = async (
  kind: keyof typeof DOORS,
  env: { REDIS_URL: string; WEBHOOK_SECRETS_FILE: string },
): Promise<Door> => {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const [script, ...args] = DOORS[kind]
  const child = spawn(process.execPath, [projectFile(script), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environmentWith({
      QUEUE_PREFIX: 'door',
      POLICY_DIR: projectFile('fixtures/policies'),
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'info',
      // Of one address the bench is all that sends.
      WEBHOOK_RATE_LIMIT: '1000000',
      ...env,
    }),
  })
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  const isUp = () =>
    fetch(`${address}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  for (const deadline = Date.now() + START_DEADLINE_MS; !(await isUp()); await delay(100))
    if (Date.now() > deadline || child.exitCode !== null) {
      await stop()
      throw new Error(`the ${kind} door did not start`)
    }
  return { address, cpu: () => metric(address, 'process_cpu_seconds_total'), stop }
}
