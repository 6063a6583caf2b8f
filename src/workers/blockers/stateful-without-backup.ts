/** Blocker: a stateful workload without a verified backup. No way around it, no override. */
import { defineBlocker, said } from './define-blocker.ts'

export const statefulWithoutBackup = defineBlocker({
  code: 'stateful_without_backup',
  why: 'A change to a stateful workload without a verified backup can lose data.',
  check: ({ stateful, backup_verified }) =>
    stateful === true && backup_verified !== true ? `stateful=true, backup_verified=${said(backup_verified)}` : null,
  flip: ({ backup_verified }) => [
    {
      change: 'fact',
      name: 'backup_verified',
      from: backup_verified,
      to: true,
      text: `verify a backup by restoring it (backup_verified: true, now ${said(backup_verified)})`,
    },
  ],
})
