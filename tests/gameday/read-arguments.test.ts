/** What GameDay refuses, and what it makes of what it is asked. */
import { expect, it } from 'vitest'
import { EXPERIMENTS } from './experiments/index.ts'
import { readArguments } from './read-arguments.ts'

const read = (line: string, nodeEnv?: string) => readArguments(line.split(' ').filter(Boolean), nodeEnv, EXPERIMENTS)

it.each([
  ['redis-frozen', undefined, /give --enable-chaos/],
  ['--all', undefined, /give --enable-chaos/],
  ['--all --enable-chaos', 'production', /NODE_ENV is production/],
  ['redis-frozen', 'production', /NODE_ENV is production/],
  ['--enable-chaos', undefined, /name experiments, or give --all/],
  ['redis-frozen --all --enable-chaos', undefined, /name experiments, or give --all/],
  ['redis-frosen --enable-chaos', undefined, /there is no experiment redis-frosen/],
  ['--all --enable-chaos --time-scale 0', undefined, /'0' is invalid.*from 0\.05 to 1/],
  ['--all --enable-chaos --time-scale 2', undefined, /'2' is invalid.*from 0\.05 to 1/],
  ['--all --enable-chaos --time-scale fast', undefined, /'fast' is invalid/],
  ['--all --force', undefined, /unknown option '--force'/],
])('%s with NODE_ENV %s is refused', (line, nodeEnv, why) => {
  const asked = read(line, nodeEnv)
  expect(asked).toMatchObject({ exit: 2, text: expect.stringMatching(why) })
})

it.each([undefined, 'development', 'test'])('all of them are played with NODE_ENV %s', (nodeEnv) => {
  expect(read('--all --enable-chaos', nodeEnv)).toEqual({ experiments: EXPERIMENTS, scale: 0.1 })
})

it('those named are played, in the order of the index', () => {
  const asked = read('redis-full redis-frozen --enable-chaos --time-scale 1 --json out.json')
  expect(asked).toMatchObject({ scale: 1, json: 'out.json' })
  expect('experiments' in asked && asked.experiments.map(({ name }) => name)).toEqual(['redis-frozen', 'redis-full'])
})

it('lists and helps without harm, in production too', () => {
  expect(read('--list', 'production')).toMatchObject({
    exit: 0,
    text: expect.stringContaining('redis-frozen (RedisUnreachable)'),
  })
  expect(read('--help', 'production')).toMatchObject({ exit: 0, text: expect.stringContaining('Examples:') })
})
