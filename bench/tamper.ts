/** `npm run tamper`: tampers with real traces in every way there is, and shows who sees it. See docs/audit.md. */
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { Redis } from 'ioredis'
import { readAnchors } from '../src/cli/audit/read-anchors.ts'
import { table } from '../src/cli/table.ts'
import { startRedis } from '../src/shared/redis-server.ts'
import { chanceFrom } from './chance.ts'
import { prepareInstallation } from './tamper/installation.ts'
import { checkpointTrials, type Row, storeTrials, verifyEveryWay } from './tamper/trials.ts'
import { wholeNumber } from './whole-number.ts'

const options = new Command('npm run tamper --')
  .description('tamper with real audit traces, and count which verification sees it')
  .option('--trials <n>', 'trials of each kind', wholeNumber, 100)
  .option('--incidents <n>', 'incidents to tamper with', wholeNumber, 40)
  .option('--seed <n>', 'makes the choices of an earlier run again', wholeNumber, randomInt(1, 2 ** 32))
  .option('--json <file>', 'write the table as JSON as well')
  .parse()
  .opts<{ trials: number; incidents: number; seed: number; json?: string }>()

const isRight = ({ trials, chain_alone, chain_alone_expected, with_checkpoints, offline }: Row): boolean =>
  with_checkpoints === trials && offline === trials && chain_alone === chain_alone_expected

const server = await startRedis({ NODE_ENV: 'test' })
const redis = new Redis(server.url, { maxRetriesPerRequest: null })
const folder = await mkdtemp(join(tmpdir(), 'interlock-tamper-'))
try {
  const { trials, incidents, seed } = options
  const at = await prepareInstallation(redis, 'tamper', incidents, folder)
  const read = await readAnchors(at.checkpointFile, at.publicKeys)
  const falseAlarms = async () => Object.values(await verifyEveryWay(at, read)).flat().length
  const before = await falseAlarms()
  const rows: Row[] = []
  const chance = chanceFrom(seed)
  for (const each of [storeTrials, checkpointTrials])
    for await (const row of each(at, trials, chance)) {
      process.stderr.write(`${isRight(row) ? 'ok  ' : 'FAIL'} ${row.kind}\n`)
      rows.push(row)
    }
  const report = {
    ...{ seed, trials, incidents, checkpoints: read.checkpoints },
    false_alarms: before + (await falseAlarms()),
    caught: rows.every(isRight),
    rows,
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)

  const cells = rows.map(({ kind, trials, chain_alone, with_checkpoints, offline }) =>
    [kind, trials, chain_alone, trials - chain_alone, with_checkpoints, offline].map(String),
  )
  process.stdout.write(
    `${table(['KIND', 'TRIALS', 'CHAIN ALONE', 'WHICH MISSES', 'WITH CHECKPOINTS', 'OFFLINE'], cells)}\n`,
  )
  const verdict = report.caught && report.false_alarms === 0 ? 'PASS' : 'FAIL'
  process.stdout.write(
    `${verdict} kinds=${rows.length} trials=${rows.length * trials} false_alarms=${report.false_alarms} seed=${seed}\n`,
  )
  if (verdict === 'FAIL') process.exitCode = 1
} finally {
  redis.disconnect()
  await server.stop()
  await rm(folder, { recursive: true })
}
