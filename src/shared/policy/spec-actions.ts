/** Reads the pre-approved actions of a specify.md from either form: bullets, or fenced yaml that can state conditions. Pure. */
import { Radius } from '../contracts/card.ts'
import type { PreApprovedAction } from '../contracts/policy.ts'
import type { Finding, Place } from './finding.ts'
import { ACTION_NAME, type ListedAction, readActionYaml } from './spec-action-yaml.ts'
import { type Block, textOf } from './spec-sections.ts'

export interface SpecActions {
  actions: PreApprovedAction[]
  /** Every entry that was read, where it stands. */
  listed: ListedAction[]
  /** What makes the list unusable: something that was meant to limit an action could not be read. */
  problems: Finding[]
  /** What was not read, and grants nothing, but was probably meant otherwise. */
  remarks: Finding[]
}

type Read = Omit<SpecActions, 'actions'>

const NOTHING: Read = { listed: [], problems: [], remarks: [] }

/** `no downtime` praises the action. */
const NEGATED =
  /^[^\p{L}]*(is |are )?(never|not|no(?! \p{L})|no longer|do not|don't|cannot be|forbidden|prohibited|disallowed|disabled|denied|banned|removed|withdrawn|revoked)\b|~~/iu
/** `only the pod that …` narrows nothing down that anybody would have to check. */
const CONDITIONAL =
  /\b(requires?|if|when|unless|except|excluding|never|provided (that|the)|as long as|must (not )?be|(but )?not (for|on|in|at|with|while|during)|only(?! (the|one|a|an|its)\b))\b/i

const placeOf = ({ position }: Block): Place => {
  const { line, column } = position?.start ?? { line: 1, column: 1 }
  return { line, column }
}

const fromBullet = (item: Extract<Block, { type: 'list' }>['children'][number]): Read => {
  const place = placeOf(item)
  const [paragraph] = item.children
  const [name, ...rest] = paragraph?.type === 'paragraph' ? paragraph.children : []
  if (name?.type !== 'inlineCode' || !ACTION_NAME.test(name.value)) {
    const message = `the bullet '${textOf(item).slice(0, 40)}' is not read`
    const fix = "begin it with the action's name in backticks"
    return { ...NOTHING, remarks: [{ ...place, code: 'action_unreadable', message, fix }] }
  }
  const prose = [...rest, ...item.children.slice(1)].map(textOf).join('')
  if (NEGATED.test(prose)) {
    const message = `'${name.value}' stands in the list but is said not to be allowed`
    return {
      ...NOTHING,
      problems: [{ ...place, code: 'action_unreadable', message, fix: 'move it to the constraints' }],
    }
  }
  const listed = [{ action: name.value, requires: [], place, radiusPlace: place }]
  if (!CONDITIONAL.test(prose)) return { ...NOTHING, listed }
  const message = `'${name.value}' has a condition in prose, which nothing checks`
  const fix = "state it in a fenced yaml block: '- action: NAME' with 'requires: [condition, …]'"
  return { ...NOTHING, listed, remarks: [{ ...place, code: 'condition_in_prose', message, fix }] }
}

const fromBlock = (block: Block): Read[] => {
  if (block.type === 'list') return block.children.map(fromBullet)
  if (block.type !== 'code') return []
  if (/^ya?ml$/i.test(block.lang ?? '')) return [{ ...NOTHING, ...readActionYaml(block.value, placeOf(block)) }]
  const message = 'a fenced block that is not marked yaml is not read'
  const fix = "open it with '```yaml'"
  return [{ ...NOTHING, remarks: [{ ...placeOf(block), code: 'action_unreadable', message, fix }] }]
}

/** An action listed more than once is one action: every condition of every entry holds, and the narrowest radius. */
const merged = (listed: readonly ListedAction[]): PreApprovedAction[] =>
  [...new Set(listed.map(({ action }) => action))].map((name) => {
    const same = listed.filter(({ action }) => action === name)
    const radius = Radius.options.find((option) => same.some(({ radius_of_impact }) => radius_of_impact === option))
    return {
      action: name,
      ...(radius && { radius_of_impact: radius }),
      requires: same.flatMap(({ requires }) => requires),
    }
  })

export const readActions = (blocks: readonly Block[]): SpecActions => {
  const read = blocks.flatMap(fromBlock)
  const listed = read.flatMap((one) => one.listed)
  return {
    actions: merged(listed),
    listed,
    problems: read.flatMap(({ problems }) => problems),
    remarks: read.flatMap(({ remarks }) => remarks),
  }
}
