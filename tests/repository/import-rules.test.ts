import { describe, expect, it } from 'vitest'
import { repositoryFiles } from '../support/repository-files.ts'
import { breachesOf, PURE_ROOMS, ROOMS, TOPS } from './import-rules.ts'

const files = [...repositoryFiles('src', /\.ts$/), ...repositoryFiles('grafana', /\.ts$/)].filter(
  ({ path }) => !/\.(test|fixture)\.ts$/.test(path),
)

describe('the repository', () => {
  it('keeps every rule', () => {
    expect(breachesOf(files)).toEqual([])
  })

  it('is really looked at', () => {
    expect(files.length).toBeGreaterThan(60)
    for (const place of [...ROOMS.map(({ room }) => room), ...PURE_ROOMS, ...TOPS.map(({ top }) => top)])
      expect(files.filter(({ path }) => path.startsWith(place)).length, place).toBeGreaterThan(0)
  })
})

describe('a breach is seen', () => {
  it.each([
    ['src/workers/actions/x.ts', `import { exec } from 'node:child_process'`],
    ['src/workers/actions/x.ts', `import { request } from 'node:http'`],
    ['src/workers/actions/x.ts', `import { KubeConfig } from '@kubernetes/client-node'`],
    ['src/workers/actions/x.ts', `import { request } from 'undici'`],
    ['src/workers/actions/x.ts', `export const plan = async () => await fetch('http://x')`],
    ['src/workers/actions/x.ts', `const load = () => import('axios')`],
    ['src/workers/actions/x.ts', `export * from 'node:net'`],
    ['src/workers/actions/x.ts', `import { judge } from '../blockers/judge.ts'`],
    ['src/workers/blockers/x.ts', `export const age = () => Date.now()`],
    ['src/workers/blockers/x.ts', `export const at = new Date()`],
    ['src/workers/blockers/x.ts', `export const at = Date()`],
    ['src/workers/blockers/x.ts', `export const id = Math.random()`],
    ['src/workers/blockers/x.ts', `import { randomUUID } from 'node:crypto'`],
    ['src/workers/blockers/x.ts', `import crypto from 'node:crypto'`],
    ['src/workers/blockers/x.ts', `import * as crypto from 'node:crypto'`],
    ['src/workers/blockers/x.ts', `export const id = crypto.randomUUID()`],
    ['src/workers/blockers/x.ts', `import { readFileSync } from 'node:fs'`],
    ['src/workers/blockers/x.ts', `export const where = process.platform`],
    ['src/workers/stages/x.ts', `import { Queue } from 'bullmq'`],
    ['src/workers/stages/x.ts', `import { runStage } from '../run-stage.ts'`],
    ['src/shared/contracts/x.ts', `import type { Log } from '../telemetry/log.ts'`],
    ['src/shared/sources/x.ts', `import { Redis } from 'ioredis'`],
    ['src/shared/sources/x.ts', `import { policies } from '../policy/policy-folder.ts'`],
    ['src/shared/queue/x.ts', `import { serve } from '../../producers/server.ts'`],
    ['src/producers/x.ts', `import { runStage } from '../workers/run-stage.ts'`],
    ['src/workers/x.ts', `import { acceptWebhook } from '../producers/accept-webhook.ts'`],
    ['src/workers/x.ts', `import { work } from './main.ts'`],
    ['src/shared/x.ts', `import { CommandError } from '../cli/answer.ts'`],
    ['src/workers/x.ts', `import { card } from './card.fixture.ts'`],
    ['src/cli/x.ts', `import { ALERTS } from '../../grafana/alert-rules.ts'`],
    ['grafana/x.ts', `import { createMetrics } from '../src/shared/telemetry/metrics.ts'`],
    ['src/producers/x.ts', `export const level = process.env.LOG_LEVEL`],
    ['src/producers/x.ts', `export const level = process['env'].LOG_LEVEL`],
    ['src/producers/x.ts', `const { env } = process`],
    ['src/producers/x.ts', `import { env } from 'node:process'`],
    ['src/producers/x.ts', `export const load = (name: string) => import(name)`],
  ])('%s: %s', (path, text) => {
    expect(breachesOf([{ path, text }])).not.toEqual([])
  })

  it('behind a file that a pure room imports', () => {
    const rule = { path: 'src/workers/blockers/x.ts', text: `import { read } from '../../shared/policy/x.ts'` }
    const effect = { path: 'src/shared/policy/x.ts', text: `import { readFile } from 'node:fs/promises'` }
    expect(breachesOf([effect])).toEqual([])
    expect(breachesOf([rule, effect])).toEqual([expect.stringContaining('reached from src/workers/blockers/x.ts')])
  })
})

describe('what is allowed is not taken for a breach', () => {
  it.each([
    ['src/workers/blockers/x.ts', `export const at = (now: string) => new Date(now).getTime() + Date.parse(now)`],
    ['src/workers/blockers/x.ts', `import { createHash } from 'node:crypto'`],
    ['src/workers/blockers/x.ts', `export const card = { process: 4, fetch: 1 }; export const score = card.process`],
    ['src/workers/blockers/x.ts', `import type { Log } from '../../shared/policy/x.ts'`],
    ['src/shared/contracts/x.ts', `import { z } from 'zod'`],
    ['src/shared/config.ts', `export const level = process.env.LOG_LEVEL`],
    ['src/producers/x.ts', `process.once('SIGTERM', () => { process.exitCode = 1 })`],
    ['src/cli/x.ts', `import { work } from '../workers/main.ts'`],
  ])('%s: %s', (path, text) => {
    expect(
      breachesOf([
        { path, text },
        { path: 'src/shared/policy/x.ts', text: `import 'node:fs'` },
      ]),
    ).toEqual([])
  })
})
