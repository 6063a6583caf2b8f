import { expect, it } from 'vitest'
import { mutantsOf } from './mutants.ts'

const RULES = `groups:
  - name: rules
    rules:
      - alert: Late
        expr: |
          sum(rate(interlock:late:rate5m{le=~"30|30.0", code!="a"}[5m])) / 0.05 > 3
          unless on () max(up) == 0 or vector(1)
        for: 1m30s
        labels: {severity: critical, service: interlock, alert_type: cause}
      - record: late
        expr: min(age offset 1d)
`

it('changes each thing on its own, and nothing else', () => {
  const mutants = mutantsOf(RULES)
  expect(mutants.map(({ rule, line, change }) => `${rule}:${line} ${change}`)).toEqual([
    'Late:6 sum becomes max',
    'Late:6 =~ becomes !~',
    'Late:6 "30|30.0" becomes "30.0"',
    'Late:6 "30|30.0" becomes "30"',
    'Late:6 != becomes =',
    'Late:6 5m becomes 150s',
    'Late:6 5m becomes 600s',
    'Late:6 / becomes *',
    'Late:6 0.05 becomes 0.0525',
    'Late:6 0.05 becomes 0.0475',
    'Late:6 > becomes >=',
    'Late:6 > becomes <',
    'Late:6 3 becomes 4',
    'Late:6 3 becomes 2',
    'Late:7 unless becomes and',
    'Late:7 unless becomes or',
    'Late:7 max becomes min',
    'Late:7 == becomes !=',
    'Late:7 0 becomes 1',
    'Late:7 0 becomes (-1)',
    'Late:7 or becomes and',
    'Late:7 or becomes unless',
    'Late:8 1m30s becomes 45s',
    'Late:8 1m30s becomes 180s',
    'Late:9 critical becomes warning',
    'Late:9 critical becomes none',
    'Late:9 cause becomes symptom',
    'Late:9 interlock becomes other',
    'late:11 min becomes max',
    'late:11 1d becomes 43200s',
    'late:11 1d becomes 172800s',
  ])
  const changed = mutants.find(({ change }) => change === '0.05 becomes 0.0525')
  expect(changed?.text).toBe(RULES.replace('0.05 ', '0.0525 '))
})
