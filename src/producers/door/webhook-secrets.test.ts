/** The secrets file: what it may say, and what its errors say, which is never a value. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseSecrets, SecretsError } from './webhook-secrets.ts'

const APP = '11111111-2222-4333-8444-555555555555'
const SECRET = 'hunter2-hunter2-hunter2'

const problemsOf = (text: string): string => {
  try {
    parseSecrets(text, 'secrets.yaml')
  } catch (error) {
    if (error instanceof SecretsError) return error.message
    throw error
  }
  throw new Error('it was taken')
}

describe('parseSecrets', () => {
  it('knows the standing of every source', () => {
    const secrets = parseSecrets(
      `sources:
  grafana: {bearer: [${SECRET}]}
  zabbix: {addresses: [192.0.2.0/24]}
  custom:beacon: {header: {name: X-Beacon, values: [${SECRET}]}}
open: [zabbix, uptime_kuma]
closed: [sentry]`,
      'secrets.yaml',
    )
    const standings = ['grafana', 'custom:beacon', 'zabbix', 'uptime_kuma', 'sentry', 'datadog', 'custom:other']
    expect(standings.map(secrets.standingOf)).toEqual([
      ...['secured', 'secured', 'open', 'open', 'closed', 'unsigned', 'unsigned'],
    ])
    expect(secrets.rulesOf('zabbix')).toMatchObject({ hmac: null, topics: null, tokens: [] })
  })

  it('closes all others by one word, but none whose addresses alone are known', () => {
    const secrets = parseSecrets(
      `{"sources": {"grafana": {"bearer": ["${SECRET}"]}, "zabbix": {"addresses": ["192.0.2.7"]}}, "closed": "others"}`,
      'secrets.json',
    )
    expect(['grafana', 'zabbix', 'datadog', 'custom:x'].map(secrets.standingOf)).toEqual([
      ...['secured', 'unsigned', 'closed', 'closed'],
    ])
  })

  it('takes an empty file for one that says nothing', () => {
    expect(parseSecrets('', 'secrets.yaml').standingOf('grafana')).toBe('unsigned')
  })

  it('keeps no secret that could be printed', () => {
    const secrets = parseSecrets(
      `sources: {grafana: {signature: {secrets: [${SECRET}]}, bearer: [${SECRET}], basic: [{username: a, password: ${SECRET}}]}}`,
      'secrets.yaml',
    )
    const rules = secrets.rulesOf('grafana')
    expect(rules?.tokens).toHaveLength(2)
    expect(`${inspect(rules, { depth: 9, showHidden: true })}${JSON.stringify(rules)}`).not.toContain('hunter2')
  })

  it.each<[string, string, RegExp]>([
    ['no YAML', `sources: {grafana: [${SECRET}`, /line 1, column \d+: this is not valid YAML or JSON/],
    ['an alias that is none', `sources: *${SECRET}`, /line 1, column \d+: this is not valid YAML or JSON/],
    ['a tag that is none', `sources: !${SECRET} {}`, /line 1, column \d+: this is not valid YAML or JSON/],
    ['a list', `- ${SECRET}`, /the file: .*expected object/],
    ['a text', SECRET, /the file: .*expected object/],
    ['a key that is not known', `${SECRET}: 1`, /line 1: the file: has a key that is not known/],
    ['a source that is none', `sources: {${SECRET}: {}}`, /line 1: sources: has a key that is no source/],
    ['a mapping without a name', `sources: {"custom:${SECRET} x": {}}`, /sources: has a key that is no source/],
    [
      'a kind that is none',
      `sources:\n  grafana:\n    ${SECRET}: 1`,
      /line \d: sources\.grafana: has a key that is not/,
    ],
    [
      'one secret, not a list',
      `sources: {grafana: {bearer: ${SECRET}}}`,
      /sources\.grafana\.bearer: a list of secrets/,
    ],
    ['no secret', 'sources: {grafana: {bearer: []}}', /sources\.grafana\.bearer: name at least one of secrets/],
    ['a short one', 'sources: {grafana: {bearer: [hunter2]}}', /grafana\.bearer\.0: at least 16 characters/],
    ['a number', 'sources: {grafana: {bearer: [12345678901234567890]}}', /grafana\.bearer\.0: put it in quotes/],
    ['one with a line break', `sources: {grafana: {bearer: ["${SECRET}\\n"]}}`, /bearer\.0: printable ASCII without/],
    ['a user with a colon', `sources: {grafana: {basic: [{username: "a:b", password: ${SECRET}}]}}`, /without a colon/],
    ['a header that is none', `sources: {grafana: {header: {name: "a b", values: [${SECRET}]}}}`, /name of a header/],
    ['a range that is none', 'sources: {grafana: {addresses: [hunter2]}}', /addresses\.0: an address such as/],
    ['a topic that is none', 'sources: {cloudwatch_sns: {topics: [hunter2]}}', /topics\.0: the ARN of an SNS topic/],
    [
      'a topic elsewhere',
      'sources: {grafana: {topics: ["arn:aws:sns:eu-west-1:123456789012:a"]}}',
      /grafana\.topics: only/,
    ],
    [
      'a signature of who does not sign',
      `sources: {datadog: {signature: {secrets: [${SECRET}]}}}`,
      /datadog\.signature: its sender signs with no secret: use bearer/,
    ],
    [
      'another header of who has but one',
      `sources: {pagerduty: {signature: {secrets: [${SECRET}], header: X-A}}}`,
      /pagerduty\.signature\.header: its sender leaves no choice/,
    ],
    ['no address', `sources: {splunk_oncall: {signature: {secrets: [${SECRET}]}}}`, /signature\.url: its sender signs/],
    ['no header', `sources: {custom:a: {signature: {secrets: [${SECRET}]}}}`, /custom:a\.signature\.header: name the/],
    [
      'an issuer that is none',
      `sources: {azure_monitor: {jwt: {issuer: hunter2, audience: a, app_id: ${APP}}}}`,
      /jwt\.issuer: the issuer as/,
    ],
    [
      'an application that is none',
      `sources: {azure_monitor: {jwt: {issuer: 'https://a.example', audience: a, app_id: hunter2}}}`,
      /jwt\.app_id: the id of the application/,
    ],
    [
      'a signed token beside another in its header',
      `sources: {azure_monitor: {bearer: [${SECRET}], jwt: {issuer: 'https://a.example', audience: a, app_id: ${APP}}}}`,
      /azure_monitor\.jwt: it comes in the header of bearer/,
    ],
    [
      'a tolerance of nothing',
      `sources: {grafana: {signature: {secrets: [${SECRET}], tolerance: 5m}}}`,
      /signature\.tolerance: it is about a signed timestamp/,
    ],
    [
      'a tolerance of a day',
      `sources: {grafana: {signature: {secrets: [${SECRET}], timestamp_header: X-T, tolerance: 1d}}}`,
      /signature\.tolerance: at most 1h/,
    ],
    [
      'open with a secret',
      `{sources: {grafana: {bearer: [${SECRET}]}}, open: [grafana]}`,
      /open\.0: it has secrets too/,
    ],
    [
      'closed with an entry',
      `{sources: {grafana: {bearer: [${SECRET}]}}, closed: [grafana]}`,
      /closed\.0: it stands else/,
    ],
    ['open and closed', '{open: [grafana], closed: [grafana]}', /closed\.0: it stands elsewhere too/],
    ['a word for the closed', 'closed: hunter2', /closed: a list of sources, or the word others/],
    ['an open one that is none', 'open: [hunter2!]', /open\.0: the name of a source/],
  ])('refuses %s, naming field and fix, not the value', (_, text, expected) => {
    const problems = problemsOf(text)
    expect(problems).toMatch(/^the secrets file secrets\.yaml is not usable:\n {2}- line \d/)
    expect(problems).toMatch(expected)
    expect(problems).not.toContain('hunter2')
  })

  it('names all that is wrong at once', () => {
    const problems = problemsOf('sources: {grafana: {bearer: [a]}, sentry: {signature: {secrets: [b]}}}\nopen: [c]')
    expect(problems.split('\n')).toHaveLength(4)
  })
})
