/** `interlock audit keygen`: a key pair for checkpoints. */
import { Command } from 'commander'
import { answerError, printAnswer } from '../answer.ts'
import { makeKeys } from './signing-keys.ts'

export const keygenCommand = new Command('keygen')
  .description('make an Ed25519 key pair for checkpoints')
  .requiredOption('--out <folder>', 'gets audit.key, for the writer alone, and audit.pub, for everybody')
  .option('--json', 'print one JSON document')
  .addHelpText(
    'after',
    `
Never overwrites a key. To rotate, make a pair in another folder, start "audit checkpoint" with its key on the same
checkpoint file, and give "audit verify" both public keys.

Examples:
  $ interlock audit keygen --out keys`,
  )
  .action(async ({ out, json }: { out: string; json?: boolean }) => {
    const make = async () => {
      const files = makeKeys(out)
      const { key_id, private_key, public_key } = files
      return {
        exit: 0 as const,
        json: { outcome: 'ok', ...files },
        out: `key ${key_id}\n  private: ${private_key} (only "audit checkpoint" needs it)\n  public:  ${public_key}`,
      }
    }
    printAnswer(await make().catch(answerError), json === true)
  })
