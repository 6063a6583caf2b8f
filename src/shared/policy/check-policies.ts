/** Checks every file of a policy folder at once, as a gate before a change is merged: stricter than what loads it. Pure. */
import { IncidentClass } from '../contracts/identifiers.ts'
import type { Profile } from '../contracts/policy.ts'
import type { Catalogue } from './catalogue.ts'
import { checkCard } from './check-card.ts'
import { checkServices, checkSettings } from './check-settings.ts'
import { type Finding, inFileOrder } from './finding.ts'
import { classesIn, type PolicyFiles } from './policy-files.ts'
import { BUILT_IN_PROFILES } from './profiles.ts'
import { checkMappings } from './source-mappings.ts'
import { checkSpec, parseSpec } from './spec-document.ts'

/** `file` is the path inside the policy folder. */
export type FileFinding = Finding & { file: string }

const TOP = { line: 1, column: 1 }

const missing = (file: string, what: string): FileFinding => ({
  file,
  ...TOP,
  code: 'file_missing',
  message: `${file} is missing`,
  fix: `add the ${what} of the class`,
})

interface Shared {
  profiles: Record<string, Profile> | null
  catalogue: Catalogue
  /** Which card took a prefix first. */
  prefixes: Map<string, string>
}

const checkClass = (folder: string, texts: PolicyFiles['texts'], shared: Shared): FileFinding[] => {
  const [cardFile, specFile] = [`${folder}/readiness.yaml`, `${folder}/specify.md`]
  const [cardText, specText] = [texts.get(cardFile), texts.get(specFile)]
  const findings: FileFinding[] = []
  if (!IncidentClass.safeParse(folder).success) {
    const message = `the folder '${folder}' is not named like a class`
    const fix = 'use lower case letters, digits, _ and -'
    findings.push({ file: cardFile, ...TOP, code: 'class_misnamed', message, fix })
  }
  const spec = specText === undefined ? null : parseSpec(specText)
  if (cardText === undefined) findings.push(missing(cardFile, 'readiness card'))
  else {
    const listed = spec && spec.problems.length === 0 ? spec.pre_approved : null
    const { card, findings: own, place } = checkCard(cardText, { ...shared, folder, listed })
    const first = card && shared.prefixes.get(card.prefix)
    if (card && first) {
      const message = `prefix is '${card.prefix}', which ${first} has already`
      own.push({ ...place(['prefix']), code: 'prefix_taken', message, fix: 'give each class a prefix of its own' })
    } else if (card) shared.prefixes.set(card.prefix, cardFile)
    findings.push(...own.sort(inFileOrder).map((finding) => ({ ...finding, file: cardFile })))
  }
  if (specText === undefined) findings.push(missing(specFile, 'specification'))
  else findings.push(...checkSpec(specText, shared.catalogue).map((finding) => ({ ...finding, file: specFile })))
  return findings
}

/** Every finding of every file: settings.yaml, services.yaml, then class by class, the sources, each in the order of the file. */
export const checkPolicies = (
  files: Pick<PolicyFiles, 'texts' | 'classes'> & { unread: readonly string[] },
  catalogue: Catalogue,
): FileFinding[] => {
  const { texts, unread } = files
  const present = classesIn(files)
  const services = checkServices(texts.get('services.yaml') ?? 'services: {}')
  const known = { classes: present, services: services.valid ? services.value.services : null }
  const { settings, findings } = checkSettings(texts.get('settings.yaml') ?? '', known)
  const profiles = settings && { ...BUILT_IN_PROFILES, ...settings.profiles }
  const shared: Shared = { profiles, catalogue, prefixes: new Map() }
  const noClass = {
    message: 'the folder holds no incident class',
    fix: 'add <class>/specify.md and <class>/readiness.yaml',
  }
  return [
    ...findings.sort(inFileOrder).map((finding) => ({ ...finding, file: 'settings.yaml' })),
    ...(services.valid ? [] : services.findings.map((finding) => ({ ...finding, file: 'services.yaml' }))),
    ...present.flatMap((name) => checkClass(name, texts, shared)),
    ...checkMappings(texts),
    ...(present.length === 0 ? [{ file: '.', ...TOP, code: 'no_class' as const, ...noClass }] : []),
    ...unread.map((file): FileFinding => {
      const message = `nothing reads ${file}`
      const fix =
        'a policy folder has settings.yaml, services.yaml, sources/ and readiness.yaml per class: correct its name'
      return { file, ...TOP, code: 'file_unread', message, fix }
    }),
  ]
}
