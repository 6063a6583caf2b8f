/** Blocker: a stateful workload without a verified backup. No way around it, no override. */
import { defineBlocker, said } from './define-blocker.ts'
import type { GateInput } from './gate-input.ts'

/** Dry-run asks it again. Null when a change can lose no data. */
export const unsavedState = ({
  stateful,
  backup_verified,
}: Pick<GateInput, 'stateful' | 'backup_verified'>): string | null =>
  stateful === true && backup_verified !== true ? `stateful=true, backup_verified=${said(backup_verified)}` : null

export const statefulWithoutBackup = defineBlocker({
  code: 'stateful_without_backup',
  why: 'A change to a stateful workload without a verified backup can lose data.',
  check: unsavedState,
  flip: () => 'verify a backup by restoring it (backup_verified: true)',
})
