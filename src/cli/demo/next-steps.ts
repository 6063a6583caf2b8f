/** What to try after the demo: commands to paste, with the addresses and an incident of this very run. Pure. */
import type { Colours } from '../colours.ts'
import type { DemoInstallation } from './demo-installation.ts'
import type { DemoRow } from './demo-report.ts'

type Running = Pick<DemoInstallation, 'redis' | 'queuePrefix' | 'policyDir' | 'processes'>

const CPU_SPEC = 'policies/high_cpu_usage/specify.md'

const section = (title: string, lines: readonly string[], colours: Colours): string =>
  ['', colours.bold(title), ...lines.map((line) => `  ${line}`)].join('\n')

export const nextSteps = (colours: Colours): string =>
  section(
    'What to try next',
    [
      'npm run demo -- --keep      # the same, left running to look into',
      'bin/interlock readiness --readiness fixtures/course/readiness_block_stateful.json',
      `bin/interlock dry-run --spec ${CPU_SPEC} --action scale_up_replicas_one --context stateless=true hpa_enabled=true remaining_quota=2 replicas=3 service=api namespace=prod`,
      `bin/interlock spec check ${CPU_SPEC}`,
      'bin/interlock --help',
    ],
    colours,
  )

/** As printed while it runs, and as `--json` states it. */
export const connection = ({ redis, queuePrefix, policyDir, processes }: Running) => ({
  api: processes[0]?.address ?? '',
  metrics: processes.map(({ address }) => `${address}/metrics`),
  REDIS_URL: redis.url,
  QUEUE_PREFIX: queuePrefix,
  POLICY_DIR: policyDir,
})

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export const nextStepsWhileRunning = (running: Running, rows: readonly DemoRow[], colours: Colours): string => {
  const { api, metrics, ...variables } = connection(running)
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`)
  const id = rows[0]?.incident_id ?? ''
  const blocked = rows.find(({ verdict }) => verdict === 'blocked')?.incident_id ?? id
  return section(
    'It is all left running until Ctrl-C. To ask it, in another terminal',
    [
      ...exports,
      'bin/interlock incidents --status blocked',
      `bin/interlock show ${blocked}`,
      `bin/interlock trace ${id}`,
      'bin/interlock audit verify',
      'bin/interlock doctor',
      `curl -s ${api}/incidents/${id}`,
      ...metrics.map((address) => `curl -s ${address}`),
      `curl -s ${api}/webhooks/grafana --json @fixtures/webhooks/grafana/firing.group3.json`,
    ],
    colours,
  )
}
