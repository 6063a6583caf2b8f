import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkSpecFile } from './spec.ts'

const spec = (name: string) => fileURLToPath(new URL(`../../fixtures/specs/${name}.md`, import.meta.url))

describe('interlock spec check', () => {
  it('passes a spec that states what it must', () => {
    const file = spec('course')
    expect(checkSpecFile(file)).toEqual({
      exit: 0,
      out: `PASS: spec=${file} pre_approved=restart_pod,scale_up_replicas_one`,
      json: { outcome: 'pass', file, pre_approved: ['restart_pod', 'scale_up_replicas_one'], findings: [] },
    })
  })

  it('names line, column and fix of every finding', () => {
    const file = spec('concrete_command')
    const answer = checkSpecFile(file)
    expect(answer).toMatchObject({ exit: 1, json: { outcome: 'block', findings: [{ line: 11, column: 14 }, {}, {}] } })
    const [first, second] = answer.err?.split('\n') ?? []
    expect(first).toBe(`BLOCK: spec=${file} findings=3`)
    expect(second).toMatch(
      /^ {2}- concrete_command: .*\/concrete_command\.md:11:14 'kubectl scale .*: state what must be true instead/,
    )
  })

  it.each([
    [spec('none'), 'unreadable_file'],
    [undefined, 'missing_file'],
  ])('%s cannot be read: %s', (file, code) => {
    expect(() => checkSpecFile(file)).toThrow(expect.objectContaining({ code }))
  })
})
