/** Reads one incident for a command, with an error that helps when there is none. */
import { IncidentId } from '../shared/contracts/identifiers.ts'
import { CommandError } from './answer.ts'
import { withLedger } from './with-ledger.ts'

export const readIncident = async (id: string) => {
  if (!IncidentId.safeParse(id).success)
    throw new CommandError('incident_id_invalid', `'${id}' is not an incident id: they look like HM-2026-05-17-01`)
  const found = await withLedger(({ ledger }) => ledger.read(id))
  if (!found)
    throw new CommandError('incident_unknown', `there is no incident '${id}': "interlock incidents" lists them`)
  return found
}
