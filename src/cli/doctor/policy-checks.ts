/** Whether the policy folder can be read, and whether every class in it can decide. */
import type { Config } from '../../shared/config.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { PolicyError } from '../../shared/policy/policy-error.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { type Check, failed, ok, warning } from './check.ts'
import { prometheusChecks } from './prometheus-checks.ts'

const NAME = 'policies'

const judgeSet = (dir: string, { classes, services }: PolicySet): Check[] => {
  const all = [...classes.values()]
  const broken = all.flatMap((policy) => ('problem' in policy ? [policy] : []))
  const good = all.filter((policy) => !('problem' in policy)).map(({ incident_class }) => incident_class)
  if (all.length === 0)
    return [
      warning(
        NAME,
        `${dir} holds no incident class: every incident will be blocked with policy_missing`,
        'add <class>/specify.md and <class>/readiness.yaml',
      ),
    ]
  return [
    ...(good.length > 0 ? [ok(NAME, `${good.length} in force (${good.join(', ')})`)] : []),
    ...broken.map(({ incident_class, problem }) =>
      failed(`policy ${incident_class}`, problem, 'until it is mended, its incidents are blocked with policy_invalid'),
    ),
    Object.keys(services).length === 0
      ? warning(
          'services',
          'the catalogue is empty: nothing is known of any service, so nothing passes',
          `describe your services in ${dir}/services.yaml`,
        )
      : ok('services', `${Object.keys(services).length} in the catalogue`),
  ]
}

/** `now` is RFC 3339. */
export const policyChecks = async (config: Config, now: string): Promise<Check[]> => {
  try {
    const policies = await loadPolicyFolder(config.POLICY_DIR)
    return [...judgeSet(config.POLICY_DIR, policies), ...(await prometheusChecks(policies, config, now))]
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return [failed(NAME, error.message, 'mend the file, or set POLICY_DIR to the folder that is meant')]
  }
}
