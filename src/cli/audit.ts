/** `interlock audit`: verify the audit traces, export them, and anchor them in signed checkpoints. */
import { Command } from 'commander'
import { checkpointCommand } from './audit/checkpoint.ts'
import { exportCommand } from './audit/export.ts'
import { keygenCommand } from './audit/keygen.ts'
import { verifyCommand } from './audit/verify.ts'

export const auditCommand = new Command('audit')
  .description('verify the audit traces, export them, and anchor them in signed checkpoints')
  .addCommand(verifyCommand)
  .addCommand(exportCommand)
  .addCommand(keygenCommand)
  .addCommand(checkpointCommand)
  .addHelpText(
    'after',
    `
Examples:
  $ interlock audit verify
  $ interlock audit export --out traces.jsonl
  $ interlock audit keygen --out keys
  $ interlock audit checkpoint --key keys/audit.key --out checkpoints.jsonl`,
  )
