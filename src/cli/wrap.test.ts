import { describe, expect, it } from 'vitest'
import { bullets, rows, wrap } from './wrap.ts'

describe('wrap', () => {
  it.each([
    ['', 30, ['']],
    ['one line that fits', 30, ['one line that fits']],
    ['exactly thirty characters long', 30, ['exactly thirty characters long']],
    ['a line that is just a bit longer than that', 30, ['a line that is just a bit', 'longer than that']],
    [
      'see https://grafana.example.com/d/k8s-pod-memory now',
      25,
      ['see', 'https://grafana.example.com/d/k8s-pod-memory', 'now'],
    ],
    ['never narrower than what can still be read', 3, ['never narrower than what', 'can still be read']],
    ['\x1b[31mred\x1b[0m\r\n\u0007 and  lines\tjoined', 40, ['red and lines joined']],
  ])('%j at %i', (text, width, expected) => {
    expect(wrap(text, width)).toEqual(expected)
  })
})

it('rows set texts beside names and wrap them under themselves', () => {
  const paint = (line: string) => `<${line}>`
  expect(
    rows(
      [
        { name: 'pod', text: 'a text of more than twenty-four columns', paint },
        { name: 'service', text: 'api' },
      ],
      36,
    ),
  ).toEqual(['  pod      <a text of more than>', '           <twenty-four columns>', '  service  api'])
})

it('bullets are wrapped behind their mark', () => {
  expect(bullets(['raise the total from 20 to 23', 'wait'], 30)).toEqual([
    '  -  raise the total from 20',
    '     to 23',
    '  -  wait',
  ])
})
