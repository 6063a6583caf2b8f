/** Compares radii: `pod` is narrower than `deployment`, that than `namespace`, that than `cluster`. */
import { Radius } from '../contracts/card.ts'

export const isWider = (radius: Radius, than: Radius): boolean =>
  Radius.options.indexOf(radius) > Radius.options.indexOf(than)
