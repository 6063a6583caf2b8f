/** What is wrong with the readiness.yaml of a class, beyond what its schema says: each with its place. Pure. */
import { AXES, ClassCard } from '../contracts/card.ts'
import type { PreApprovedAction, Profile } from '../contracts/policy.ts'
import { type Catalogue, namesIn } from './catalogue.ts'
import type { Finding } from './finding.ts'
import { findProfile } from './profiles.ts'
import { isWider } from './radius.ts'
import { checkYaml, readYamlDocument } from './yaml-document.ts'

export interface CardContext {
  /** The folder of the class, which must be its name. */
  folder: string
  /** Null where settings.yaml cannot be read: then nobody knows which there are. */
  profiles: Record<string, Profile> | null
  catalogue: Catalogue
  /** What the specify.md lists; null where that cannot be read. */
  listed: readonly PreApprovedAction[] | null
}

/** One thing that may be wrong, at the end of `path`. */
type Problem = Pick<Finding, 'code' | 'message' | 'fix'> & { path: string[] }

const nameProblems = ({ incident_class, profile }: ClassCard, { folder, profiles }: CardContext): Problem[] => {
  const problems: Problem[] = []
  if (incident_class !== folder) {
    const message = `incident_class is '${incident_class}' in the folder '${folder}'`
    problems.push({ path: ['incident_class'], code: 'class_misnamed', message, fix: 'make them the same' })
  }
  if (profiles && !findProfile(profiles, profile)) {
    const fix = `use one of ${Object.keys(profiles).join(', ')}, or add it to settings.yaml`
    problems.push({ path: ['profile'], code: 'profile_unknown', message: `profile is '${profile}'`, fix })
  }
  return problems
}

/** Every score is proven, and below 5 says why: readiness.md, the rubric. */
const scoreProblems = ({ scores }: ClassCard): Problem[] =>
  AXES.flatMap((axis): Problem[] => {
    const entry = scores[axis]
    if (entry === undefined) return []
    const { score, evidence, reduction } = typeof entry === 'number' ? { score: entry, evidence: [] } : entry
    const path = ['scores', axis]
    const problems: Problem[] = []
    if (score > 0 && evidence.length === 0) {
      const fix = `write {score: ${score}, evidence: [a file, run or log]}; what nothing proves is lowered`
      problems.push({ path, code: 'evidence_missing', message: `${axis} is ${score} without evidence`, fix })
    }
    if (score < 5 && !reduction) {
      const fix = 'add reduction: "what is missing for 5"'
      problems.push({ path, code: 'reduction_missing', message: `${axis} is ${score} without a reason`, fix })
    }
    return problems
  })

const actionProblems = (card: ClassCard, { catalogue, listed }: CardContext): Problem[] => {
  const name = card.pre_approved_action
  const path = ['pre_approved_action']
  const problems: Problem[] = []
  const action = catalogue.find((one) => one.name === name)
  if (!action) {
    const fix = `use one of ${namesIn(catalogue)}, or add the action to the catalogue`
    problems.push({ path, code: 'action_unknown', message: `'${name}' is not in the action catalogue`, fix })
  }
  if (listed && !listed.some((entry) => entry.action === name)) {
    const names = listed.map((entry) => entry.action)
    const fix = ['list it there', ...(names.length > 0 ? [`or name one of: ${names.join(', ')}`] : [])].join(', ')
    problems.push({ path, code: 'action_not_listed', message: `specify.md does not pre-approve '${name}'`, fix })
  }
  const [radius, where] = card.radius_of_impact
    ? [card.radius_of_impact, ['radius_of_impact']]
    : [card.checks.radius_of_impact, ['checks', 'radius_of_impact']]
  if (!action || !radius || radius === action.radius) return problems
  const reach = `radius_of_impact is ${radius}, and ${name} reaches the ${action.radius}`
  if (isWider(action.radius, radius)) {
    const fix = `state ${action.radius}, or take another action`
    problems.push({ path: where, code: 'radius_too_narrow', message: `${reach}: it can never pass`, fix })
  } else {
    const message = `${reach} at most: the card allows more than was judged`
    problems.push({ path: where, code: 'radius_too_wide', message, fix: `state ${action.radius}` })
  }
  return problems
}

/** `card` is null where the file does not validate; its findings then say why, and nothing else is judged. */
export const checkCard = (
  text: string,
  context: CardContext,
): { card: ClassCard | null; findings: Finding[]; place(path: string[]): Pick<Finding, 'line' | 'column'> } => {
  const document = readYamlDocument(text)
  const place = (path: string[]) => document.placeOf(path)
  const checked = checkYaml(ClassCard, document)
  if (!checked.valid) return { card: null, findings: checked.findings, place }
  const card = checked.value
  const problems = [...nameProblems(card, context), ...scoreProblems(card), ...actionProblems(card, context)]
  return { card, findings: problems.map(({ path, ...problem }) => ({ ...place(path), ...problem })), place }
}
