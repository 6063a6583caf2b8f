/** One incident class: its two files as a policy, or the problem that keeps them from being one. Pure. */
import { sha256 } from '../audit/digest.ts'
import type { Blocker } from '../contracts/blocker.ts'
import { ClassCard } from '../contracts/card.ts'
import { IncidentClass } from '../contracts/identifiers.ts'
import type { ClassPolicy, PolicySet, Profile } from '../contracts/policy.ts'
import { describeFinding } from './finding.ts'
import { parseYamlAs } from './parse-yaml.ts'
import { findProfile } from './profiles.ts'
import { expressionProblem, tellsItsAge } from './promql.ts'
import { parseSpec } from './spec-document.ts'

export interface BrokenClass {
  incident_class: string
  problem: string
}

const cardProblem = (card: ClassCard, folder: string, profiles: Record<string, Profile>): string | null => {
  if (card.incident_class !== folder)
    return `incident_class is '${card.incident_class}' in the folder '${folder}': make them the same`
  if (!findProfile(profiles, card.profile))
    return `profile is '${card.profile}': use one of ${Object.keys(profiles).join(', ')}, or add it to settings.yaml`
  return factProblem(card.facts)
}

/** How old a value is must be known: of what Prometheus has computed only the policy can say it. */
const factProblem = (facts: ClassCard['facts']): string | null => {
  for (const [name, { prometheus, as_of }] of Object.entries(facts)) {
    const problem = expressionProblem(prometheus)
    if (problem !== null) return `facts.${name}.prometheus is '${prometheus}': ${problem}`
    const wrong = as_of === undefined ? null : expressionProblem(as_of)
    if (wrong !== null) return `facts.${name}.as_of is '${as_of}': ${wrong}`
    if (as_of === undefined && !tellsItsAge(prometheus))
      return `facts.${name}.as_of is missing: '${prometheus}' is computed and does not say how old its samples are; add PromQL that does, e.g. min(timestamp(some_metric{service="$service"}))`
  }
  return null
}

/** `texts` has the files by path inside the policy folder; `commit` is the one that last changed the spec. */
export const readClass = (
  folder: string,
  texts: ReadonlyMap<string, string>,
  profiles: Record<string, Profile>,
  commit: string | null,
): ClassPolicy | BrokenClass => {
  const [cardPath, specPath] = [`${folder}/readiness.yaml`, `${folder}/specify.md`]
  const broken = (problem: string): BrokenClass => ({ incident_class: folder, problem })
  const [cardText, specText] = [texts.get(cardPath), texts.get(specPath)]
  if (!IncidentClass.safeParse(folder).success)
    return broken(`the folder '${folder}' is not named like a class: use lower case letters, digits, _ and -`)
  if (cardText === undefined) return broken(`${cardPath} is missing: add the readiness card of the class`)
  if (specText === undefined) return broken(`${specPath} is missing: add the specification of the class`)

  const { value: card, problem } = parseYamlAs(ClassCard, cardText)
  if (problem !== null) return broken(`${cardPath}: ${problem}`)
  const wrong = cardProblem(card, folder, profiles)
  const profile = findProfile(profiles, card.profile)
  if (wrong !== null || profile === null) return broken(`${cardPath}: ${wrong}`)
  const spec = parseSpec(specText)
  // A condition that stands in prose only would never be checked: a person may judge by it, a machine must not go on.
  const [first] = [...spec.problems, ...spec.remarks.filter(({ code }) => code === 'condition_in_prose')]
  if (first) return broken(`${specPath} line ${first.line}: ${describeFinding(first)}`)
  return {
    incident_class: folder,
    card,
    profile,
    pre_approved: spec.pre_approved,
    spec: { commit, digest: sha256(specText), path: specPath },
  }
}

export type ClassLookup = { policy: ClassPolicy; blocker: null } | { policy: null; blocker: Blocker }

/** The policy in force for a class, or the blocker that says why there is none. */
export const findClassPolicy = ({ classes }: Pick<PolicySet, 'classes'>, incidentClass: string): ClassLookup => {
  const found = classes.get(incidentClass)
  if (!found) {
    const message = `no policy for class '${incidentClass}': add ${incidentClass}/specify.md and ${incidentClass}/readiness.yaml to the policy folder`
    return { policy: null, blocker: { code: 'policy_missing', message } }
  }
  if ('problem' in found) return { policy: null, blocker: { code: 'policy_invalid', message: found.problem } }
  return { policy: found, blocker: null }
}
