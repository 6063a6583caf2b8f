/** CloudWatch alarms over SNS: an envelope of SNS whose message is the alarm, as text. Nothing in it is ever fetched. */
import { z } from 'zod'
import { readAlarm } from './cloudwatch-alarm.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import type { Source } from './source.ts'
import { parsedText } from './text.ts'

const Envelope = z.object({
  Type: z.string('send the envelope of SNS: raw message delivery must be off, it takes the signature away'),
  Message: z.unknown().optional(),
})

const MessageId = z.object({ MessageId: z.string() })

const CONFIRM =
  'a topic asks to be confirmed: one that the secrets file lists is confirmed at SNS itself, no other is, and no link is followed'

export const cloudwatchSns: Source = {
  name: 'cloudwatch_sns',
  title: 'AWS CloudWatch over SNS',
  never_refuse_content: false,
  also_as: ['text/plain'],
  signature: { scheme: 'sns' },
  deliveryId: (body) => MessageId.safeParse(body).data?.MessageId ?? '',
  read(body) {
    const parsed = Envelope.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const { Type, Message } = parsed.data
    if (Type === 'SubscriptionConfirmation') return [ignored(CONFIRM)]
    if (Type !== 'Notification') return [ignored(`message type ${shown(Type)} is no notification`)]
    const alarm = typeof Message === 'string' ? parsedText(Message) : undefined
    // The text may be anything that was published to the topic, so the reason repeats nothing of it.
    if (typeof alarm !== 'object' || alarm === null)
      return [
        rejected('Message', undefined, 'send a CloudWatch alarm as its JSON; other messages belong to another topic'),
      ]
    return readAlarm(alarm)
  },
}
