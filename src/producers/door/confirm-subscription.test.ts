/** What is asked of SNS for a confirmation, and what comes of its answer. */
import { expect, it } from 'vitest'
import { OPEN_DOOR } from '../../../tests/support/api.ts'
import { fixtureBody } from '../../../tests/support/fixture.ts'
import { cloudwatchSns } from '../../shared/sources/cloudwatch-sns.ts'
import { confirmSubscription } from './confirm-subscription.ts'
import { NotThere } from './fetch-bytes.ts'
import { parseSecrets } from './webhook-secrets.ts'

const confirmation = fixtureBody('webhooks/cloudwatch_sns/subscription_confirmation.json') as Record<string, string>
const secrets = parseSecrets(
  JSON.stringify({ sources: { cloudwatch_sns: { topics: [confirmation.TopicArn] } } }),
  'secrets.json',
)

const confirm = async (body: unknown, fails?: Error) => {
  const asked: string[] = []
  const fetch = async (url: string) => {
    asked.push(url)
    if (fails) throw fails
    return Buffer.alloc(0)
  }
  const done = confirmSubscription(cloudwatchSns, body, { ...OPEN_DOOR, secrets: () => secrets, fetch })
  return { done: await done.catch(({ code }) => code), asked: asked.length }
}

it.each<[string, object, boolean]>([
  ['a listed topic', {}, true],
  ['another topic', { TopicArn: `${confirmation.TopicArn}-2` }, false],
  ['a notification', { Type: 'Notification' }, false],
  ['the end of a subscription', { Type: 'UnsubscribeConfirmation' }, false],
  ['a token that is none', { Token: 'a&Action=DeleteTopic' }, false],
])('%s', async (_, patch, taken) => {
  expect(await confirm({ ...confirmation, ...patch })).toEqual({ done: taken, asked: taken ? 1 : 0 })
})

it('says what SNS answered: not again with a token that it does not take, again when it cannot be asked', async () => {
  expect(await confirm(confirmation, new NotThere())).toEqual({ done: 'request_invalid', asked: 1 })
  expect(await confirm(confirmation, new Error('no route'))).toEqual({ done: 'sns_unavailable', asked: 1 })
})
