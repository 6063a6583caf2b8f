/** `npm run flood`: a flood on real processes and a real Redis; exit 1 where anything does not hold. See docs/flood.md. */
import { Command } from 'commander'
import { Redis } from 'ioredis'
import { wholeNumber } from '../../bench/whole-number.ts'
import { startRedis } from '../../src/shared/redis-server.ts'
import { flood } from './flood.ts'
import { violations } from './judge.ts'
import { report } from './report.ts'

const options = new Command('npm run flood --')
  .description('twenty times the sustainable rate, forged, repeated and new, with P1 among P4')
  .option('--seconds <n>', 'how long the flood lasts', wholeNumber, 60)
  .option('--measure-seconds <n>', 'how long to look for the sustainable rate', wholeNumber, 10)
  .addHelpText('after', '\nExample:\n  npm run flood -- --seconds 20 --measure-seconds 5')
  .parse()
  .opts<{ seconds: number; measureSeconds: number }>()

const server = await startRedis({ NODE_ENV: 'test' })
const redis = new Redis(server.url, { maxRetriesPerRequest: null })
try {
  const outcome = await flood(redis, server.url, { installation: 'flood', ...options })
  process.stdout.write(`${report(outcome)}\n`)
  if (violations(outcome).length > 0) process.exitCode = 1
} finally {
  redis.disconnect()
  await server.stop()
}
