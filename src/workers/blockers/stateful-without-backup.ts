/** Blocker: a stateful workload without a verified backup. No way around it, no override. */
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { defineBlocker, said } from './define-blocker.ts'
import type { GateInput } from './gate-input.ts'

type Backup = Pick<GateInput, 'stateful' | 'backup_verified' | 'backup_denied'>

/** Dry-run asks it again. Null when a change can lose no data. */
export const unsavedState = ({ stateful, backup_verified, backup_denied = false }: Backup): string | null => {
  const verified = backup_denied ? false : backup_verified
  return stateful === true && verified !== true ? `stateful=true, backup_verified=${said(verified)}` : null
}

export const verifyBackup = (backup_verified: boolean | null): FlipStep => ({
  change: 'fact',
  name: 'backup_verified',
  from: backup_verified,
  to: true,
  text: `verify a backup by restoring it (backup_verified: true, now ${said(backup_verified)})`,
})

const TAKE_BACK: FlipStep = {
  ...{ change: 'check', name: 'backup_verified', from: false, to: true },
  text: 'take back in the card that no backup is verified, which overrules the facts (checks.backup_verified, now false)',
}

export const statefulWithoutBackup = defineBlocker({
  code: 'stateful_without_backup',
  why: 'A change to a stateful workload without a verified backup can lose data.',
  check: unsavedState,
  flip: ({ backup_verified, backup_denied }) => [
    ...(backup_verified === true ? [] : [verifyBackup(backup_verified)]),
    ...(backup_denied ? [TAKE_BACK] : []),
  ],
})
