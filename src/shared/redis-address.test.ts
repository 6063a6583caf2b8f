import { describe, expect, it } from 'vitest'
import { clusterOf, inInstallation, sentinelsOf, withPassword } from './redis-address.ts'

describe('the sentinels of a URL', () => {
  it.each([
    ['redis+sentinel://s1/main', { sentinels: [{ host: 's1', port: 26_379 }], name: 'main', db: 0 }],
    [
      'redis+sentinel://anna:a%40b@s-1.internal:1,10.0.0.2:2,s3/my.main/3',
      {
        sentinels: [
          { host: 's-1.internal', port: 1 },
          { host: '10.0.0.2', port: 2 },
          { host: 's3', port: 26_379 },
        ],
        ...{ name: 'my.main', db: 3, username: 'anna', password: 'a@b' },
      },
    ],
    [
      'redis+sentinel://s1/main/3?sentinel_password=h%26u',
      { ...{ name: 'main', db: 3, sentinelPassword: 'h&u' }, sentinels: [{ host: 's1', port: 26_379 }] },
    ],
    [
      'redis+sentinel://:secret@s1/main',
      { ...{ name: 'main', db: 0, password: 'secret' }, sentinels: [{ host: 's1', port: 26_379 }] },
    ],
    ['redis://s1:6379/1', null],
    ['redis+sentinel://s1', null],
    ['redis+sentinel://s1/main?password=x', null],
    ['redis+sentinel://s1,/main', null],
    ['redis+sentinel://s1/main/prod', null],
  ])('%s', (url, expected) => {
    expect(sentinelsOf(url)).toEqual(expected)
  })
})

describe('the cluster of a URL, for an installation', () => {
  it.each([
    ['redis+cluster://a', { nodes: [{ host: 'a', port: 6379 }], installation: 'prod', login: {} }],
    [
      'redis+cluster://anna:a%40b@n-1.internal:1,10.0.0.2:2/0',
      {
        nodes: [
          { host: 'n-1.internal', port: 1 },
          { host: '10.0.0.2', port: 2 },
        ],
        ...{ installation: 'prod', login: { username: 'anna', password: 'a@b' } },
      },
    ],
    ['redis://a:6379/0', null],
    ['redis+sentinel://a/main', null],
    ['redis+cluster://a/1', null],
  ])('%s', (url, expected) => {
    expect(clusterOf(inInstallation(url, 'prod'))).toEqual(expected)
  })

  it('changes no other URL', () => {
    for (const url of ['redis://a:6379/0', 'redis+sentinel://a/main']) expect(inInstallation(url, 'prod')).toBe(url)
  })
})

it.each([
  ['redis://redis', 'redis://:p%40%2Fs@redis'],
  ['redis://redis:6379/2', 'redis://:p%40%2Fs@redis:6379/2'],
  ['rediss://anna:old@redis:6379/2', 'rediss://anna:p%40%2Fs@redis:6379/2'],
  ['rediss://anna@redis', 'rediss://anna:p%40%2Fs@redis'],
  ['redis+cluster://a:1,b:2', 'redis+cluster://:p%40%2Fs@a:1,b:2'],
  ['redis+sentinel://a:1,b:2/main', 'redis+sentinel://:p%40%2Fs@a:1,b:2/main'],
])('%s is given the password of the file', (url, expected) => {
  expect(withPassword(url, 'p@/s')).toBe(expected)
})
