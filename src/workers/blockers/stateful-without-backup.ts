/** Blocker: a stateful workload without a verified backup. No way around it, no override. */
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { defineBlocker, said } from './define-blocker.ts'
import type { GateInput } from './gate-input.ts'

/** Dry-run asks it again. Null when a change can lose no data. */
export const unsavedState = ({
  stateful,
  backup_verified,
}: Pick<GateInput, 'stateful' | 'backup_verified'>): string | null =>
  stateful === true && backup_verified !== true ? `stateful=true, backup_verified=${said(backup_verified)}` : null

export const verifyBackup = (backup_verified: boolean | null): FlipStep => ({
  change: 'fact',
  name: 'backup_verified',
  from: backup_verified,
  to: true,
  text: `verify a backup by restoring it (backup_verified: true, now ${said(backup_verified)})`,
})

export const statefulWithoutBackup = defineBlocker({
  code: 'stateful_without_backup',
  why: 'A change to a stateful workload without a verified backup can lose data.',
  check: unsavedState,
  flip: ({ backup_verified }) => [verifyBackup(backup_verified)],
})
