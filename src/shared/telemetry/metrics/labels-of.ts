/** The values of a label under which reasons are counted, of which there are more: what is mended alike counts as one. */
export const labelsOf = <Label extends string>(countedAs: Readonly<Record<string, Label>>): Label[] => [
  ...new Set(Object.values(countedAs)),
]
