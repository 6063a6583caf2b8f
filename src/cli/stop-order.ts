/** What `stop` and `resume` are given: the scope, who orders it and why, checked before Redis is asked. */
import type { Command } from 'commander'
import { type SignedStopOrder, StopOrder } from '../shared/contracts/stop.ts'
import { CommandError } from './answer.ts'

export interface OrderOptions {
  scope: string
  by: string
  reason: string
  json?: boolean
}

export const orderOptions = (command: Command): Command =>
  command
    .option('--scope <scope>', 'global, service:<name>, class:<name> or action:<name>', 'global')
    .requiredOption('--by <who>', 'who orders it')
    .requiredOption('--reason <why>', 'why')
    .option('--json', 'print one JSON document')

/** Throws CommandError `option_invalid`, naming every option that is wrong. */
export const parseOrder = ({ json: _, ...options }: OrderOptions): SignedStopOrder => {
  const order = StopOrder.safeParse(options)
  if (order.success) return { ...order.data, via: 'command_line' }
  const problems = order.error.issues.map(({ path: [name = ''], message }) => {
    const value = options[name as keyof StopOrder]
    return `--${String(name)} is ${JSON.stringify(value)}: ${message}`
  })
  throw new CommandError('option_invalid', problems.join('; '))
}
