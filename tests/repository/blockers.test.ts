/** Every blocker in code, docs/readiness-model.md and fixtures/blockers, in step; and what the commands in the docs print. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BlockerCode } from '../../src/shared/contracts/blocker.ts'
import { StopOrder } from '../../src/shared/contracts/stop.ts'
import { BLOCKERS } from '../../src/workers/blockers/index.ts'
import { interlock } from '../support/interlock.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const read = (path: string) => readFileSync(at(path), 'utf8')

const model = read('docs/readiness-model.md')
const sections = model.split(/^### `/m).slice(1)
const documented = sections.map((text) => {
  const [, command] = /^- \*\*Try it\*\*: `bin\/interlock (.+)`$/m.exec(text) ?? []
  const arises = /^- \*\*Arises\*\*: in the pipeline[\s\S]+/m.test(text)
  return { code: text.slice(0, text.indexOf('`')), text, command, arises }
})
const tried = documented.flatMap(({ code, command }) => (command ? [{ code, command }] : []))
const named = [...model.matchAll(/\b(?:fixtures|src)\/[\w./-]+\.\w+/g)].map(([path]) => path)
const kept = readdirSync(at('fixtures/blockers'))

describe('docs/readiness-model.md', () => {
  it('has every blocker of the code, in its order', () => {
    expect(documented.map(({ code }) => code)).toEqual(BlockerCode.options)
  })

  it.each(documented)(
    '$code: says what it means, how to mend it, and how it comes about',
    ({ text, command, arises }) => {
      expect(text).toMatch(/^- \*\*Means\*\*: /m)
      expect(text).toMatch(/^- \*\*Mend\*\*: /m)
      expect([command !== undefined, arises].filter(Boolean)).toHaveLength(1)
    },
  )

  it('names only files that are there, and every file in fixtures/blockers', () => {
    expect(named.filter((path) => !existsSync(at(path)))).toEqual([])
    const expected = tried.map(({ code }) => `${code}.expected.txt`)
    const inputs = named.flatMap((path) => (path.startsWith('fixtures/blockers/') ? [path.slice(18)] : []))
    expect([...new Set([...expected, ...inputs])].sort()).toEqual(kept.sort())
  })

  it('shows every rule that the command line can judge by a command', () => {
    // The card that a command is given is the policy.
    const judged = BLOCKERS.map(({ code }) => code).filter((code) => code !== 'policy_missing')
    expect(judged.filter((code) => !tried.some((one) => one.code === code))).toEqual([])
  })
})

describe('every broken fixture gives exactly what is written down', () => {
  it.each(tried)('$code', async ({ code, command }) => {
    const expected = read(`fixtures/blockers/${code}.expected.txt`)
    const invalid = code === 'policy_invalid'
    expect(await interlock(command.split(' '))).toEqual({ code: invalid ? 2 : 1, out: '', err: expected })
    if (!invalid) expect(expected).toContain(`\n  - ${code}: `)
  })

  it('what the pipeline takes can be taken', () => {
    const { engaged, ...order } = JSON.parse(read('fixtures/blockers/kill_switch_engaged.order.json'))
    expect(engaged).toBe(true)
    expect(StopOrder.safeParse(order).success).toBe(true)
  })
})
