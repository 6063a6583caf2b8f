/** The conservation law over the ledger's counters: every alert received is in exactly one other counter. Pure. */

/** `received` less all the others: 0, or something was lost (above) or counted twice (below). */
export const imbalance = ({ received = 0, ...places }: Record<string, number>): number =>
  received - Object.values(places).reduce((sum, count) => sum + count, 0)

/** `received=12 in_flight=0 duplicates=3 …`, by name. */
export const describeAccounting = ({ received = 0, ...places }: Record<string, number>): string =>
  [
    `received=${received}`,
    ...Object.keys(places)
      .sort()
      .map((name) => `${name}=${places[name]}`),
  ].join(' ')
