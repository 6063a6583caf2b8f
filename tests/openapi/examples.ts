/** Requests that are right, for what cannot be guessed: the ids that there are, the plans that wait, real deliveries. */
import type { Api } from '../support/api.ts'
import { allFixtures } from '../support/source-fixtures.ts'
import type { Example } from './asking.ts'

/** By the operation's id. */
export type Examples = Readonly<Record<string, readonly Example[]>>

const deliveries = (): Example[] =>
  allFixtures()
    .filter(({ headers }) => headers['content-type'] === undefined)
    .map(({ source, body }) => ({ params: { source }, body }))

export const examplesOf = async ({ get }: Pick<Api, 'get'>): Promise<Examples> => {
  const { incidents } = (await get('/incidents?limit=200')).body
  const reviews: Example[] = []
  const ids: Example[] = []
  for (const { incident_id, status } of incidents) {
    const { stages } = (await get(`/incidents/${incident_id}`)).body
    await get(`/incidents/${incident_id}/trace`)
    const params = { id: incident_id }
    ids.push({ params })
    if (status !== 'awaiting_review') continue
    const decision = reviews.length % 2 ? 'approve' : 'deny'
    const { plan_digest } = stages['dry-run']
    reviews.push({ params, body: { decision, reason: 'it was generated', plan_digest } })
  }
  const switched = ['global', 'service:appointments-api'].flatMap((scope) =>
    [true, false].map((engaged): Example => ({ body: { scope, engaged, reason: 'it was generated' } })),
  )
  return {
    ...{ deliver: deliveries(), deliverByPut: deliveries(), reviewIncident: reviews, orderStop: switched },
    ...{ showIncident: ids, traceIncident: ids },
    allowCloudEvents: [{ headers: { 'webhook-request-origin': 'events.example.com' } }],
  }
}
