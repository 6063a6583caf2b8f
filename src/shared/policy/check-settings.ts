/** What is wrong with settings.yaml and services.yaml, beyond what their schemas say: each with its place. Pure. */
import { type Profile, Services, Settings } from '../contracts/policy.ts'
import type { Finding } from './finding.ts'
import { BUILT_IN_PROFILES } from './profiles.ts'
import { type Checked, checkYaml, readYamlDocument } from './yaml-document.ts'

const pairOf = ({ auto, semi_manual }: Pick<Profile, 'auto' | 'semi_manual'>): string => `${auto}/${semi_manual}`
const BUILT_IN_PAIRS = new Set(Object.values(BUILT_IN_PROFILES).map(pairOf))

/** Thresholds are moved in pairs, never alone: against the profile that is overridden, or `default` for a new one. */
const movedAlone = (name: string, profile: Profile): Pick<Finding, 'message' | 'fix'> | null => {
  const base = (Object.hasOwn(BUILT_IN_PROFILES, name) ? BUILT_IN_PROFILES[name] : null) ?? BUILT_IN_PROFILES.default
  if (!base || BUILT_IN_PAIRS.has(pairOf(profile))) return null
  const [auto, semiManual] = [profile.auto !== base.auto, profile.semi_manual !== base.semi_manual]
  if (auto === semiManual) return null
  const [moved, stays] = auto ? (['auto', 'semi_manual'] as const) : (['semi_manual', 'auto'] as const)
  const message = `profile ${name} moves ${moved} from ${base[moved]} to ${profile[moved]} and leaves ${stays} at ${base[stays]}`
  return { message, fix: `move both, e.g. ${stays}: ${base[stays] + profile[moved] - base[moved]}` }
}

export const checkServices = (text: string): Checked<Services> => checkYaml(Services, readYamlDocument(text))

export interface Known {
  classes: readonly string[]
  /** Null where services.yaml cannot be read: then nobody knows which there are. */
  services: Services['services'] | null
}

/** A freeze of something that is not there freezes nothing: most likely its name is misspelt. */
const scopeProblem = (scope: string, { classes, services }: Known): Pick<Finding, 'message' | 'fix'> | null => {
  const [kind, name] = [scope.split(':')[0], scope.slice(scope.indexOf(':') + 1)]
  const unknown = (known: readonly string[], where: string) =>
    known.includes(name)
      ? null
      : { message: `'${scope}' freezes nothing: there is no such ${kind} in ${where}`, fix: 'correct the name' }
  if (kind === 'class') return unknown(classes, 'the policy folder')
  if (kind === 'global' || services === null) return null
  if (kind === 'service') return unknown(Object.keys(services), 'services.yaml')
  const entries = Object.values(services)
  // A service without namespaces is in every one of them.
  if (entries.some(({ namespaces }) => namespaces.length === 0)) return null
  return unknown(
    entries.flatMap(({ namespaces }) => namespaces),
    'services.yaml',
  )
}

/** `settings` is null where the file does not validate; its findings then say why, and nothing else is judged. */
export const checkSettings = (text: string, known: Known): { settings: Settings | null; findings: Finding[] } => {
  const document = readYamlDocument(text)
  const checked = checkYaml(Settings, document)
  if (!checked.valid) return { settings: null, findings: checked.findings }
  const { profiles, freezes } = checked.value
  const findings: Finding[] = []
  for (const [name, profile] of Object.entries(profiles)) {
    const problem = movedAlone(name, profile)
    if (problem) findings.push({ ...document.placeOf(['profiles', name]), code: 'threshold_moved_alone', ...problem })
  }
  for (const [index, { scope }] of freezes.entries()) {
    const problem = scopeProblem(scope, known)
    if (problem) findings.push({ ...document.placeOf(['freezes', index, 'scope']), code: 'scope_unknown', ...problem })
  }
  return { settings: checked.value, findings }
}
