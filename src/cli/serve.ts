/** `interlock serve`: the webhook API in the foreground. */
import { Command } from 'commander'
import { apiNeeds } from '../producers/api-needs.ts'
import { serve } from '../producers/main.ts'
import { configuredPrometheus } from '../workers/facts/configured-prometheus.ts'
import { openReviewer } from '../workers/review/open-reviewer.ts'
import { runProcess } from './run-process.ts'

export const serveCommand = new Command('serve')
  .description('run the webhook API until it is told to stop (SIGTERM, Ctrl-C)')
  .addHelpText(
    'after',
    `
Listens on HOST:PORT (127.0.0.1:8080), stores in REDIS_URL, reads POLICY_DIR (policies).

Examples:
  $ REDIS_URL=redis://127.0.0.1:6379 interlock serve
  $ PORT=0 LOG_LEVEL=warn interlock serve`,
  )
  .action(() =>
    runProcess(
      (config, redisUrl) =>
        serve(config, redisUrl, (redis, installation, policies, metrics) =>
          openReviewer(redis, installation, policies, configuredPrometheus(config, metrics)),
        ),
      apiNeeds,
    ),
  )
