/** `interlock review`: what waits for a person, and the person's answer. */
import { Command } from 'commander'
import { answerCommand } from './review/answer.ts'
import { listCommand } from './review/list.ts'

export const reviewCommand = new Command('review')
  .description('what waits for a person, and the person’s answer')
  .addCommand(listCommand)
  .addCommand(answerCommand('approve'))
  .addCommand(answerCommand('deny'))
  .addHelpText(
    'after',
    `
Examples:
  $ interlock review list
  $ interlock review approve HM-2026-05-17-01 --by anna --reason "one pod of three, quota is there"
  $ interlock review deny HM-2026-05-17-01 --by anna --reason "we roll back instead"`,
  )
