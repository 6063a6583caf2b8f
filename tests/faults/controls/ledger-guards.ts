/** The guards that stand in the ledger's Lua alone, each as what takes it out and the test that must turn red then. */

export interface LedgerGuard {
  without: string
  /** In `src/shared/ledger/`. */
  file: string
  from: string
  to: string
  suite: string
  /** Of its full name; one test has it. Words in braces come from its table, those before them stand in the file. */
  test: string
}

const HAND_OFF = 'src/workers/hand-off.redis.test.ts'
const HOLD = 'src/workers/hold.redis.test.ts'
const CONFIRMED = 'src/workers/review/confirmed-run.redis.test.ts'
const GIVEN_BACK = 'src/workers/shares-given-back.redis.test.ts'
const REVIEW = 'src/workers/review/answer-review.redis.test.ts'
const SHARES = 'src/workers/shares.redis.test.ts'
const STOP = 'src/workers/stop.redis.test.ts'

type Row = [without: string, from: string, to: string, suite: string, test: string]
const guards = (file: string, rows: readonly Row[]): LedgerGuard[] =>
  rows.map(([without, from, to, suite, test]) => ({ without, file, from, to, suite, test }))

const givesBack = (verdict: string, test = `a share is given back by what is {${verdict}}`): Row => [
  `giving the shares of what is ${verdict} back`,
  `['verdict:${verdict}'] = true,`,
  '',
  GIVEN_BACK,
  test,
]

/** The texts are as short as they can be and still stand once: what stands round them may change. */
export const LEDGER_GUARDS: readonly LedgerGuard[] = [
  ...guards('commit.lua', [
    [
      'the chain head compared',
      'if change_conflicts(prefix, change) then return { -100 } end',
      '',
      'tests/races/late-conflict.redis.test.ts',
      'while {readiness decides}',
    ],
    ['the lock checked', 'result < 0', 'false', HAND_OFF, 'commits nothing for a worker whose lock is gone'],
    [
      'a look at the stops',
      'if not stopped then return nil end',
      'do return nil end',
      STOP,
      'does not pass: {readiness}',
    ],
    [
      'letting go what was held and goes on',
      "if stopped then redis.call('HDEL', held, ARGV[change]) end",
      '',
      HOLD,
      'is held no longer once it goes on by itself',
    ],
    [
      'a look at the shares',
      'asked and spent_shares(prefix, asked.shares, ARGV[change])',
      'nil',
      SHARES,
      'of 2 is held by 4 workers',
    ],
    [
      'shares taken',
      'take_shares(prefix, asked.shares, ARGV[change])',
      'return { result }',
      SHARES,
      'of 2 is held by 4 workers',
    ],
    ['regard for who only looks', 'asked and asked.take', 'asked', SHARES, 'is not taken by what is blocked anyway'],
    [
      'the terms kept',
      'if terms_missing(ARGV[terms]) then return { -101 } end',
      '',
      HAND_OFF,
      'puts it back when it is',
    ],
  ]),
  ...guards('shares.lua', [
    ['the last share', 'passes >= share.limit', 'passes > share.limit', SHARES, 'of 2 is held by 4 workers'],
    ['regard for its own share', 'if not holds_share(key, id, since) then', 'do', SHARES, 'of 2 is held by 4 workers'],
    [
      'the window',
      "redis.call('ZCOUNT', key, '(' .. since, '+inf')",
      "redis.call('ZCARD', key)",
      SHARES,
      'is free again when its window is over',
    ],
    [
      'the time of the pass kept',
      'if not holds_share(key, id, now - share.window) then',
      'do',
      GIVEN_BACK,
      'counts from the pass on',
    ],
    [
      'the longer window remembered',
      'now - share.keep',
      'now - share.window',
      SHARES,
      'of a long window counts what a short one beside it forgets',
    ],
    [
      'forgetting what is older',
      "redis.call('ZREMRANGEBYSCORE', key, '-inf', now - share.keep)",
      '',
      SHARES,
      'forgets what is older',
    ],
    ['an end of the set', "redis.call('PEXPIRE', key, share.keep)", '', SHARES, 'forgets what is older'],
    [
      'the shares in the record',
      "redis.call('HSET', prefix .. 'incident:' .. id, 'shares', cjson.encode(scopes))",
      '',
      GIVEN_BACK,
      'a share is given back by what is {rejected}',
    ],
  ]),
  ...guards('change.lua', [
    givesBack('blocked'),
    givesBack('closed'),
    givesBack('rejected'),
    givesBack('expired'),
    givesBack('dead_lettered', 'dead-lettered, and it does not pass without one when it is taken up again'),
    [
      'the share that was given back gone',
      "redis.call('HDEL', incident, 'shares')",
      '',
      GIVEN_BACK,
      'a share is given back by what is {rejected}',
    ],
    ['regard for what had passed', ' and not had_passed', '', GIVEN_BACK, 'and not where it had passed'],
    [
      'what came under a correlation key meanwhile',
      "if version_of(prefix .. 'correlation:' .. ARGV[i]) ~= tonumber(ARGV[i + 1]) then return true end",
      '',
      'tests/races/interleavings.redis.test.ts',
      'whatever is told of one fault at once',
    ],
  ]),
  ...guards('prune.lua', [
    [
      'regard for who waits for a person',
      'if waits(id) then',
      'if false then',
      'src/workers/upkeep.redis.test.ts',
      'never takes one that waits for a person',
    ],
  ]),
  ...guards('approve.lua', [
    [
      'the chain head compared',
      'if change_conflicts(prefix, change) then return { -100 } end',
      '',
      REVIEW,
      'is answered once',
    ],
    [
      'a look at the stops',
      "redis.call('HEXISTS', prefix .. 'stops', scope) == 1",
      'false',
      REVIEW,
      'one that an emergency stop covers',
    ],
    [
      'a look at the shares',
      'asked and spent_shares(prefix, asked, ARGV[change])',
      'nil',
      GIVEN_BACK,
      'whose share others have had since is void',
    ],
    [
      'shares taken',
      'if asked then take_shares(prefix, asked, ARGV[change]) end',
      '',
      GIVEN_BACK,
      'after the window takes a share anew',
    ],
    [
      'the run remembered',
      "redis.call('HSET', prefix .. 'confirmed-runs', ARGV[3], ARGV[4])",
      'return { 1 }',
      CONFIRMED,
      'lets the next run of the action on the service pass',
    ],
  ]),
  ...guards('hold.lua', [
    [
      'the stop looked for again',
      "not there or (stop ~= '' and there ~= stop) or",
      '',
      HOLD,
      'is not put off when the stop is lifted meanwhile',
    ],
    [
      'the chain head compared',
      'or change_conflicts(prefix, change) then',
      'then',
      HOLD,
      'is put off on what is recorded by then',
    ],
    [
      'the lock checked',
      'if result < 0 then return result end',
      '',
      HOLD,
      'is not put off by a worker whose lock is gone',
    ],
    ['what was recorded', 'local recorded = before and', 'local recorded = false and', STOP, 'names each stop once'],
  ]),
  ...guards('release.lua', [
    ['the other stops', 'if not covered(entry.scopes) then', 'do', STOP, 'goes on only when no stop covers it'],
  ]),
]
