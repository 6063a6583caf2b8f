/** Confirms the subscription to a listed topic: at SNS itself, by an address made here. That in the delivery is never opened. */
import { z } from 'zod'
import { Problem } from '../../shared/problem.ts'
import type { Source } from '../../shared/sources/source.ts'
import { NotThere } from './fetch-bytes.ts'
import { snsHost } from './sns-host.ts'
import { addressOf, type Door } from './verify-delivery.ts'

const Confirmation = z.object({
  Type: z.literal('SubscriptionConfirmation'),
  TopicArn: z.string(),
  Token: z.string().regex(/^[0-9a-f]{16,1024}$/i),
})

/**
 * `body` is that of a delivery which was verified. True where it was a confirmation, and SNS took it; of topics that are not
 * listed nothing is asked. Throws a Problem where SNS does not take it, or cannot be asked at the moment.
 */
export const confirmSubscription = async (
  source: Source,
  body: unknown,
  { secrets, fetch }: Door,
): Promise<boolean> => {
  const topics = secrets().rulesOf(addressOf(source))?.topics
  const confirmation = topics && Confirmation.safeParse(body).data
  if (!confirmation || !topics.includes(confirmation.TopicArn)) return false
  const { TopicArn, Token } = confirmation
  const query = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn, Token })
  try {
    await fetch(`https://${snsHost(TopicArn)}/?${query}`)
    return true
  } catch (error) {
    if (error instanceof NotThere)
      throw new Problem('request_invalid', 'SNS does not take the token of this confirmation: subscribe once more')
    throw new Problem('sns_unavailable', 'SNS cannot be asked to confirm the subscription: send it again')
  }
}
