/** What would turn a block into a pass, for a person: what stands in the way, and the smallest changes. Pure. */
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { bullets } from '../wrap.ts'
import { type Page, section } from './page.ts'

export const renderFlip = (flip: readonly FlipStep[], page: Page): string[] => {
  const obstacles = flip.filter(({ change }) => change === 'none').map(({ text }) => text)
  const changes = flip.filter(({ change }) => change !== 'none').map(({ text }) => text)
  const title = obstacles.length === 0 ? 'WHAT WOULD FLIP IT' : 'WHAT WOULD LIFT THE OTHER BLOCKERS'
  return [
    ...section('WHAT STANDS IN THE WAY', bullets(obstacles, page.width), page),
    ...section(title, bullets(changes, page.width), page),
  ]
}
