import { expect, test, vi } from 'vitest'
import { NO_POLICIES } from '../../tests/support/api.ts'
import { SourceMapping } from '../shared/contracts/source-mapping.ts'
import { Problem } from '../shared/problem.ts'
import { logRefusal } from './log-answers.ts'

const mapping = SourceMapping.parse({
  fields: { id: '/id', status: '/s', class: '/c', service: '/a' },
  status: { firing: ['down'] },
})
const policies = { ...NO_POLICIES, sources: new Map([['beacon', mapping]]) }

test.each([
  ['grafana', 'grafana'],
  ['splunk-oncall', 'splunk_oncall'],
  ['custom:beacon', 'custom:beacon'],
  ['custom:hunter2', undefined],
  ['hunter2', undefined],
])('a refusal at %s is logged of source %s, and why where that is one of ours', (address, source) => {
  const event = vi.fn()
  const answered = { request_id: 'r', route: '/webhooks/:source', status: 401, latency_ms: 1 }
  logRefusal(new Problem('signature_invalid', 'why'), { source: address }, policies, answered, { event })
  const reason = source && 'why'
  expect(event).toHaveBeenCalledWith('webhook_rejected', {
    ...answered,
    source,
    reason,
    error_code: 'signature_invalid',
  })
})
