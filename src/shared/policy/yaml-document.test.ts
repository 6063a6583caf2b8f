import { describe, expect, it } from 'vitest'
import { readYamlDocument } from './yaml-document.ts'

describe('a key that its mapping has already', () => {
  it.each([
    ['a: 1\nb: 2\na: 3', [3, 1]],
    ['{"a": {"x": 1, "x": 2}}', [1, 16]],
    ['- {a: 1}\n- {b: 1, b: 2}', [2, 10]],
    ['true: 1\ntrue: 2', [2, 1]],
    ['? a\n: 1\n? a\n: 2', [3, 3]],
  ])('%j is pointed at', (text, [line, column]) => {
    const { value, broken } = readYamlDocument(text)
    expect(value).toBeUndefined()
    expect(broken).toMatchObject([{ line, column, message: 'not valid YAML: Map keys must be unique' }])
  })

  it.each(['a: 1\nb: {a: 1}', '1: a\n"1": b', '[{a: 1}, {a: 1}]'])('%j has none', (text) => {
    expect(readYamlDocument(text).broken).toEqual([])
  })
})

it('takes time in proportion to the keys', () => {
  const seconds = (keys: number): number => {
    const text = Array.from({ length: keys }, (_, i) => `key-${i}: 1`).join('\n')
    const began = process.cpuUsage()
    expect(readYamlDocument(text).broken).toEqual([])
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1e6
  }
  seconds(2_000)
  expect(seconds(30_000) / seconds(3_000)).toBeLessThan(30)
})
