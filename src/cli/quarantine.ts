/** `interlock quarantine`: deliveries that were not understood, kept until somebody has looked. */
import { Command } from 'commander'
import { listCommand } from './quarantine/list.ts'
import { replayCommand } from './quarantine/replay.ts'
import { showCommand } from './quarantine/show.ts'

export const quarantineCommand = new Command('quarantine')
  .description('deliveries that were not understood: list, show, take again')
  .addCommand(listCommand)
  .addCommand(showCommand)
  .addCommand(replayCommand)
  .addHelpText(
    'after',
    `
Examples:
  $ interlock quarantine list
  $ interlock quarantine show Q-3f9c0a1b2c3d4e5f
  $ interlock quarantine replay Q-3f9c0a1b2c3d4e5f --by anna --reason "corrected the mapping"`,
  )
