/** One occurrence in its states: a source tells of it more than once, in any order, and a page also under another name. */
import { MAX_CORRELATION_KEYS, type Sighting } from '../contracts/alert.ts'
import { nativeKeys } from './correlation-index.ts'

/** One source that says so is enough: nothing resolved is ever dry-run. */
export const isOver = (sightings: readonly Sighting[]): boolean => sightings.some(({ status }) => status === 'resolved')

/** A page that was merged into another goes on as that: what the other one is told of holds for it too. */
export const isSame = (a: Sighting, b: Sighting): boolean => {
  const names = nativeKeys(b)
  return nativeKeys(a).some((name) => names.includes(name))
}

/** The later state, by when the source says it was; where it does not say, an end comes after a beginning. */
const isLater = (next: Sighting, known: Sighting): boolean =>
  next.as_of && known.as_of && next.as_of !== known.as_of
    ? next.as_of > known.as_of
    : next.status === 'resolved' && known.status === 'firing'

/** What a later state changes. What a source measured while it fired stays; a page is told whole each time. */
const stateOf = (next: Sighting, known: Sighting): Partial<Sighting> => {
  const { status, severity, severity_inferred, as_of } = next
  const end = known.status === 'resolved' ? known.ends_at : (next.ends_at ?? next.delivery.received_at)
  const state = { status, ends_at: status === 'resolved' ? end : null, ...(as_of && { as_of }) }
  return next.kind === 'paging' ? { ...state, severity, severity_inferred } : state
}

/** Of what is measured a repeat in the same state changes nothing, whenever it was sent. */
const isNews = (next: Sighting, known: Sighting): boolean => next.kind === 'paging' || next.status !== known.status

/** What is known once `told` is: the later state, and every key either is found by. `known` itself where nothing is new. */
export const renewed = (known: Sighting, told: Sighting): Sighting => {
  const all = [...new Set([...known.correlation_keys, ...told.correlation_keys])]
  const correlation_keys = all.slice(0, MAX_CORRELATION_KEYS)
  const grown = correlation_keys.length > known.correlation_keys.length ? { ...known, correlation_keys } : known
  return isNews(told, known) && isLater(told, known) ? { ...grown, ...stateOf(told, known) } : grown
}
