/** What a person says about the target on the command line, as facts: `--context k=v` over `--context-file F`. */
import { z } from 'zod'
import { FactName, type Facts, FactValue } from '../shared/contracts/facts.ts'
import { withDerivedFacts } from '../shared/policy/facts.ts'
import { CommandError } from './answer.ts'
import { parseInput, readData } from './read-input.ts'

const Context = z.record(FactName, FactValue)
type Context = z.infer<typeof Context>

const LITERALS = new Map<string, boolean>([
  ['true', true],
  ['false', false],
])

const factValue = (text: string): FactValue => {
  const literal = LITERALS.get(text)
  if (literal !== undefined) return literal
  return /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/.test(text) ? Number(text) : text
}

const fromArguments = (pairs: readonly string[]): Context => {
  const context: Context = {}
  for (const pair of pairs) {
    const [, name = '', text = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (!FactName.safeParse(name).success || text === '')
      throw new CommandError('invalid_context', `--context is '${pair}': write NAME=VALUE, e.g. stateless=true`)
    if (Object.hasOwn(context, name))
      throw new CommandError('invalid_context', `--context states ${name} twice: state it once`)
    context[name] = factValue(text)
  }
  return context
}

/** `now` is RFC 3339 with milliseconds: when the context was stated. */
export const readContext = (
  { context = [], contextFile }: { context?: string[]; contextFile?: string },
  now: string,
): Facts => {
  const file =
    contextFile === undefined ? {} : parseInput(Context, readData(contextFile, '--context-file <file>'), contextFile)
  const stated = { ...file, ...fromArguments(context) }
  if (typeof stated.stateful === 'boolean' && stated.stateless === stated.stateful)
    throw new CommandError('invalid_context', `stateful and stateless are both ${stated.stateful}: state one of them`)
  const facts = Object.entries(stated).map(([name, value]) => [name, { value, source: 'context', as_of: now }])
  return withDerivedFacts(Object.fromEntries(facts))
}
