import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { standsInTheWay } from '../../shared/contracts/flip.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import { decision, dryRun, incident, known, ready, sighting } from './incident.fixture.ts'
import { span } from './page.ts'
import { renderIncident } from './render-incident.ts'

const plain = { width: 100, colours: pc.createColors(false) }
const intact = { chain: { intact: true, problem: null }, flip: [] }
const render = (changes: Partial<Incident> = {}, width = 100): string =>
  renderIncident({ ...incident, ...changes }, intact, { ...plain, width })

/** The lines of one section, without their indent. */
const sectionOf = (text: string, title: string): string[] | undefined =>
  text
    .split('\n\n')
    .find((part) => part.startsWith(title))
    ?.split('\n')
    .map((line) => line.trim())

it('of an incident that is part of another says of which', () => {
  const at = '2026-05-17T11:42:32.000Z'
  const text = render({
    status: 'closed',
    verdict: { verdict: 'closed', stage: 'accept', blockers: [], at, attached_to: 'HM-2026-05-17-02' },
  })
  expect(sectionOf(text, 'HM-2026-05-17-01')?.slice(0, 2)).toEqual([
    'HM-2026-05-17-01  closed',
    'It turned out to be part of HM-2026-05-17-02.',
  ])
})

describe('an incident that waits for a person', () => {
  const text = render()

  it('begins with what it is, how it ended, and when', () => {
    expect(sectionOf(text, 'HM-2026-05-17-01')).toEqual([
      'HM-2026-05-17-01  awaiting_review',
      'All guards hold, but a person must confirm the plan first.',
      'Class high_memory_usage, accepted at 2026-05-17T11:42:30.000Z, verdict at 2026-05-17T11:42:32.000Z',
      '(2 s later, stage dry-run).',
      'Duplicates: 2, besides those the door knew by their bytes.',
      'Audit records: 0, chain intact.',
    ])
  })

  it.each([
    ['EVENT', ['service         appointments-api', 'window          10 min', 'memory_percent  93']],
    [
      'SOURCES',
      [
        'grafana  firing, P1, since 2026-05-17T11:42:00.000Z, received 2026-05-17T11:42:30.000Z',
        'grafana.internal/d/api-mem',
      ],
    ],
    [
      'READINESS  24/25, threshold 23, mode auto',
      [
        'spec            5 specify.md',
        'process         4 trace export, scored 7 d before the decision',
        'reduced: replay needs one variable set by hand',
      ],
    ],
    ['FACTS', ['stateful         false, from catalog, known 2 min before the decision']],
    ['DRY-RUN  restart_pod: pass', ['✓  stateless']],
    [
      'PLAN',
      [
        'change     delete Pod prod/appointments-api-7c4d6f8b9-xq2lp (present: true -> false)',
        'facts      none needed',
        'rollback   Its controller starts another.',
        'success    memory_percent < 93, over 10 min and again over 20 min',
        'otherwise  roll back after 20 min',
        `digest     ${'a'.repeat(64)}`,
      ],
    ],
  ])('%s', (title, lines) => {
    expect(sectionOf(text, title)).toEqual(expect.arrayContaining(lines))
  })

  it('says nothing of blockers', () => {
    expect(text).not.toContain('BLOCKERS')
    expect(text).not.toContain('FLIP')
  })
})

describe('an incident that readiness blocked', () => {
  const blockers = [{ code: 'security_zero' as const, message: 'security=0' }]
  const flip = [
    { change: 'score', name: 'security', from: 0, to: 3, text: 'raise it' },
    standsInTheWay('source_conflict', 'somebody must act'),
  ]
  const { security: _, ...scores } = known.policy.card.scores
  const judgement = { ...ready.readiness, outcome: 'block', mode: 'blocked', blockers, flip }
  const text = render({
    status: 'blocked',
    decisions: {
      readiness: decision({ ...ready, readiness: judgement }, { ...known, policy: { card: { scores } } }),
    },
    verdict: { verdict: 'blocked', stage: 'readiness', blockers, at: '2026-05-17T11:42:32.000Z' },
  })

  it('names the blockers first, and what would flip the verdict', () => {
    expect(sectionOf(text, 'BLOCKERS')).toEqual(['BLOCKERS', 'security_zero', 'security=0'])
    expect(sectionOf(text, 'WHAT STANDS IN THE WAY')).toEqual(['WHAT STANDS IN THE WAY', '-  somebody must act'])
    const rest = 'WHAT WOULD LIFT THE OTHER BLOCKERS'
    expect(sectionOf(text, rest)).toEqual([rest, '-  raise it'])
    expect(text.indexOf('BLOCKERS')).toBeLessThan(text.indexOf('EVENT'))
  })

  it('shows an axis nobody scored, and the facts that readiness had', () => {
    expect(text).toContain('security        - nobody has scored it: counts as 0')
    expect(sectionOf(text, 'FACTS')).toHaveLength(4)
    expect(text).not.toContain('DRY-RUN')
  })
})

describe('what may be missing', () => {
  it.each<[string, Partial<Incident>, string[]]>([
    [
      'an incident in flight',
      { status: 'normalize', event: null, decisions: {}, verdict: null },
      ['no verdict yet: it is in normalize', 'not normalized yet'],
    ],
    [
      'no policy to score by',
      {
        decisions: {
          readiness: decision(
            { ...ready, readiness: { ...ready.readiness, score: null, threshold: null } },
            { ...known, policy: null },
          ),
        },
      },
      ['READINESS  not scored', 'there is no policy to take scores from'],
    ],
    [
      'a condition that does not hold',
      {
        decisions: {
          'dry-run': decision({
            ...dryRun,
            outcome: 'block',
            preconditions: [{ condition: 'stateless', met: false, message: "precondition 'stateless' not met" }],
            plan: null,
            plan_digest: null,
          }),
        },
      },
      ['DRY-RUN  restart_pod: block', "✗  precondition 'stateless' not met"],
    ],
    ['a fact', { decisions: { 'dry-run': decision(dryRun, { facts: {} }) } }, ['nothing was known of the target']],
    [
      'no fact that the plan was computed from',
      {
        decisions: {
          'dry-run': decision({
            ...dryRun,
            plan: dryRun.plan && { ...dryRun.plan, facts: { replicas: 3, revision: 'v1' } },
          }),
        },
      },
      ['facts      replicas=3, revision="v1"'],
    ],
    [
      'a decision of another version',
      { decisions: { readiness: decision({ verdict: 'yes' }) } },
      ['recorded in a form that this version does not read'],
    ],
    [
      'the pod and the window',
      { event: { ...(incident.event ?? ready.event), pod: '', window_minutes: 0 } },
      ['pod             not known', 'window          not stated'],
    ],
    [
      'a severity nobody stated',
      {
        sightings: [{ ...sighting, severity_inferred: true, status: 'resolved', ends_at: '2026-05-17T12:00:00.000Z' }],
      },
      ['resolved, P1 (assumed)', 'until 2026-05-17T12:00:00.000Z'],
    ],
  ])('%s', (_, changes, lines) => {
    for (const line of lines) expect(render(changes)).toContain(line)
  })
})

it('a broken chain is said where nobody can miss it', () => {
  const text = renderIncident(incident, { ...intact, chain: { intact: false, problem: 'record 2 was changed' } }, plain)
  expect(text).toContain('CHAIN BROKEN: record 2 was changed')
})

it('says what stands in the way of what no stage decided, before all else', () => {
  const flip = [standsInTheWay('kill_switch_engaged', 'anna stopped global')]
  const text = renderIncident({ ...incident, verdict: null }, { ...intact, flip }, plain)
  expect(sectionOf(text, 'WHAT STANDS IN THE WAY')).toEqual(['WHAT STANDS IN THE WAY', '-  anna stopped global'])
  expect(text.indexOf('WHAT STANDS')).toBeLessThan(text.indexOf('EVENT'))
})

it.each([60, 80, 100])('no line is wider than %i columns, links and digests aside', (width) => {
  const wide = render({}, width)
    .split('\n')
    .filter((line) => line.length > width && !/[\w./-]{20,}/.test(line))
  expect(wide).toEqual([])
})

it('colours change nothing but colours', () => {
  const coloured = renderIncident(incident, intact, { width: 100, colours: pc.createColors(true) })
  expect(coloured).not.toBe(render())
  expect(stripVTControlCharacters(coloured)).toBe(render())
})

it.each([
  [-5, '0 ms'],
  [12, '12 ms'],
  [1999, '1 s'],
  [60_000, '1 min'],
  [7_300_000, '2 h'],
  [200_000_000, '2 d'],
])('%i ms are %s', (milliseconds, expected) => {
  expect(span(milliseconds)).toBe(expected)
})
