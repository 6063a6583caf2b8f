/** Every walk, in the order of the document. */
import type { Walk } from '../walk.ts'
import { blockerSurge } from './blocker-surge.ts'
import { stuckQueue } from './stuck-queue.ts'

export const WALKS: readonly Walk[] = [stuckQueue, blockerSurge]
