/** What is fuzzed: every source of the registry, and a mapping for all of the policy folder's own. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { SourceMapping } from '../../src/shared/contracts/source-mapping.ts'
import { SOURCES } from '../../src/shared/sources/index.ts'
import { fixtureBody, fixturePath } from '../support/fixture.ts'
import { type Fixture, fixturesOf } from '../support/source-fixtures.ts'

export interface Target {
  /** What follows `/webhooks/`. */
  source: string
  fixtures: readonly Pick<Fixture, 'body' | 'headers' | 'golden'>[]
}

export const MAPPINGS = new Map([
  ['beacon', SourceMapping.parse(parse(readFileSync(fixturePath('mappings/beacon.yaml'), 'utf8')))],
])

const mapped = ['raised', 'broken'].map((name) => ({
  body: fixtureBody(`mappings/beacon.${name}.json`),
  headers: {},
  golden: fixturePath(`mappings/beacon.${name}.expected.json`),
}))

export const TARGETS: readonly Target[] = [
  ...SOURCES.map(({ name }) => ({ source: name, fixtures: fixturesOf(name) })),
  { source: 'custom:beacon', fixtures: mapped },
]
