/** All that a package says of an incident beside signatures: what is written when it is made, and compared when it is verified. Pure. */
import { canonicalJson } from '../../shared/audit/digest.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { dryRunOf } from './decided.ts'
import { jsonText, packIncident } from './packed-incident.ts'
import { type PolicyTexts, policyCopies } from './policy-copies.ts'
import { readinessReport } from './readiness-report.ts'
import { type Reproduction, reproductionOf } from './reproduction.ts'

export interface Derived {
  files: Map<string, Buffer>
  reproduction: Reproduction
  notes: string[]
}

/** `folder`: the policy folder as it is now, or as it lies in the package. */
export const derivedFiles = (stored: StoredIncident, folder: PolicyTexts): Derived => {
  const policy = policyCopies(stored, folder)
  const reproduction = reproductionOf(stored, policy.spec)
  const texts: [string, string][] = [
    ...packIncident(stored),
    ['incident_event.json', jsonText(stored.incident.event)],
    // Its canonical bytes, so that the sha256 of the file is the digest of the plan.
    ['plan.json', canonicalJson(dryRunOf(stored)?.output.plan ?? null)],
    ['readiness.md', readinessReport(stored, policy.notes)],
    ...policy.files,
    ...reproduction.files,
  ]
  return {
    files: new Map(texts.map(([path, text]) => [path, Buffer.from(text)])),
    reproduction,
    notes: policy.notes,
  }
}
