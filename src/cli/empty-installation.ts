/** Said where nothing was ever received: somebody may be looking at, or stopping, another installation than is meant. */
import { type Config, withoutSecrets } from '../shared/config.ts'
import { redisUrlOf } from './with-ledger.ts'

/** No line where something was. `accounting` is what the ledger counts, `config` where it was sought. */
export const emptyInstallation = (accounting: Readonly<Record<string, number>>, config: Config): string[] =>
  accounting.received
    ? []
    : [
        `note: no alert was ever received under QUEUE_PREFIX=${config.QUEUE_PREFIX} at ${withoutSecrets(redisUrlOf(config))}: is it the installation you mean?`,
      ]
