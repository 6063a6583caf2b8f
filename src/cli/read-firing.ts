/** Reads one delivery from a file, for a command that works on one incident: exactly one must be firing in it. */
import type { Alert, SourceName } from '../shared/contracts/alert.ts'
import { defaultPrefix, identify } from '../shared/incident/identify.ts'
import { findSource } from '../shared/sources/index.ts'
import { CommandError } from './answer.ts'
import { readText } from './read-input.ts'

export const readJson = (file: string): unknown => {
  const text = readText(file, '--<source> <file>')
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError('invalid_json', `${file} is not JSON: give one JSON document, as the sender sent it`)
  }
}

export interface Firing {
  alert: Alert
  incident_id: string
}

/** `now` is RFC 3339 and stands in for a start the source does not send. */
export const readFiring = (name: SourceName, file: string, now: string): Firing => {
  const invalid = (problem: string) => new CommandError('invalid_input', `${file} (${name}): ${problem}`)
  const readings = findSource(name)?.read(readJson(file), now) ?? []
  const bad = readings.flatMap((reading) => (reading.reading === 'rejected' ? [reading.reason] : []))
  if (bad.length > 0) throw invalid(bad.join('; '))

  const alerts = readings.flatMap((reading) => (reading.reading === 'alert' ? [reading.alert] : []))
  const idOf = (alert: Alert) => identify(alert, defaultPrefix(alert.incident_class), now)
  const firing = new Map(alerts.filter(({ status }) => status === 'firing').map((alert) => [idOf(alert), alert]))
  const [only, ...more] = [...firing].map(([incident_id, alert]) => ({ incident_id, alert }))
  if (only && more.length === 0) return only
  if (only) throw invalid(`holds ${firing.size} incidents (${[...firing.keys()].join(', ')}): give one incident a file`)
  if (alerts.length > 0) throw invalid(`${alerts.map(idOf).join(', ')} is resolved: give a delivery that is firing`)
  const reasons = readings.flatMap((reading) => (reading.reading === 'ignored' ? [reading.reason] : []))
  throw invalid(`no firing alert (${reasons.join('; ')}): give a delivery that is firing`)
}
