/** Reads the policy folder as one consistent set: settings, the catalogue of services, and a policy per incident class. */
import { join } from 'node:path'
import type { z } from 'zod'
import { type PolicySet, Services, Settings } from '../contracts/policy.ts'
import { readClass } from './class-policy.ts'
import { parseYamlAs } from './parse-yaml.ts'
import { PolicyError } from './policy-error.ts'
import { classesIn, type PolicyFiles, readPolicyFiles } from './policy-files.ts'
import { BUILT_IN_PROFILES } from './profiles.ts'
import { readMappings } from './source-mappings.ts'
import { lastCommit } from './spec-commit.ts'

/** These two files concern every class, so a problem in one leaves no policy that could be trusted. */
const readShared = <Schema extends z.ZodType>(schema: Schema, file: string, text: string): z.infer<Schema> => {
  const { value, problem } = parseYamlAs(schema, text)
  if (problem !== null) throw new PolicyError(`${file}: ${problem}`)
  return value
}

/** Throws PolicyError; a class whose own files are broken is kept with its problem instead. */
export const parsePolicies = async (dir: string, files: PolicyFiles): Promise<PolicySet> => {
  const { texts, digest, stated_at } = files
  const settings = readShared(Settings, 'settings.yaml', texts.get('settings.yaml') ?? '')
  const { services } = readShared(Services, 'services.yaml', texts.get('services.yaml') ?? 'services: {}')
  const profiles = { ...BUILT_IN_PROFILES, ...settings.profiles }
  const readings = classesIn(files).map(async (name) => {
    const commit = await lastCommit(join(dir, name, 'specify.md'))
    return [name, readClass(name, texts, profiles, commit)] as const
  })
  return {
    digest,
    profiles,
    freezes: settings.freezes,
    budgets: settings.budgets,
    review: settings.review,
    services,
    stated_at,
    sources: readMappings(texts),
    classes: new Map(await Promise.all(readings)),
  }
}

/** Throws PolicyError naming the file, the field, the value and the fix. */
export const loadPolicyFolder = async (dir: string): Promise<PolicySet> =>
  parsePolicies(dir, await readPolicyFiles(dir))
