/** A policy folder is rolled out in which one score is worse, and every incident of the class is blocked. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runbookOf } from '../on-call.ts'
import type { Walk } from '../walk.ts'

const CODE = 'score_below_threshold'
const CARD = 'high_memory_usage/readiness.yaml'
const SOUND = 'verification:   {score: 5, evidence: [validation.md]}'
const WORSE = 'verification:   {score: 1, evidence: [validation.md], reduction: "not measured since the last release"}'

const DAY_S = 86_400
/** Around a day ago, so that it is found however long the walk takes. */
const AROUND_S = 3 * 3600

/** What BlockerSurge compares with: four an hour, yesterday. */
const yesterday = (scale: number): string => {
  const now = Date.now() / 1000
  const at = (before: number) => Math.round(now - before * scale)
  const [from, to] = [at(DAY_S + AROUND_S), at(DAY_S - AROUND_S)]
  const times = Array.from({ length: Math.floor((to - from) / 15) }, (_, n) => from + n * 15)
  const samples = times.map((time) => `interlock:blockers:increase1h{code="${CODE}"} 4 ${time}`)
  return ['# TYPE interlock:blockers:increase1h unknown', ...samples, '# EOF', ''].join('\n')
}

const change = async (policies: string, from: string, to: string) => {
  const file = join(policies, CARD)
  const text = await readFile(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${CARD} has no ${from}`)
  await writeFile(file, text.replace(from, to))
}

export const blockerSurge: Walk = {
  title: 'A surge of blocked incidents',
  alert: 'BlockerSurge',
  playbook: 'playbook-blocked-surge',
  past: yesterday,
  harm: async ({ policies }) => {
    await change(policies, SOUND, WORSE)
    return (
      `Somebody rolls out a policy folder in which \`${CARD}\` scores verification 1 instead of 5. The workers take it up` +
      ' by themselves. Prometheus was given a yesterday with four such blocks an hour.'
    )
  },
  incident: async (onCall) => {
    const listed = JSON.parse(await onCall.run('interlock incidents --status blocked --limit 1 --json'))
    return listed.incidents[0].incident_id
  },
  mend: async ({ policies }, onCall, transcript) => {
    const playbook = runbookOf('playbook-blocked-surge.md')
    transcript.note('[The playbook](runbooks/playbook-blocked-surge.md), _3. Whose is it?_:')
    await onCall.follow(playbook, '3. Whose is it?')
    await change(policies, WORSE, SOUND)
    transcript.note(`It is the policy’s: \`${CARD}\` is rolled back. _4. What would a mended policy have done?_`)
    await onCall.follow(playbook, '4. What would a mended policy have done?')
    transcript.note(
      'Their score blocks them no more. The dry-run, which none of them reached, asked Prometheus nothing then.',
    )
  },
}
