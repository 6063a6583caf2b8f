/** Every command: what it does, and its module, which is loaded only when the command is called. */
import type { Command } from 'commander'

export type Commands = Readonly<Record<string, { does: string; load(): Promise<Command> }>>

export const COMMANDS: Commands = {
  normalize: {
    does: 'print the incident_event that one or more deliveries describe',
    load: async () => (await import('./normalize.ts')).normalizeCommand,
  },
  readiness: {
    does: 'judge a readiness card: PASS or BLOCK, with reasons',
    load: async () => (await import('./readiness.ts')).readinessCommand,
  },
  'dry-run': {
    does: 'check an action against a specify.md and what is known',
    load: async () => (await import('./dry-run.ts')).dryRunCommand,
  },
  spec: { does: 'lint a specify.md', load: async () => (await import('./spec.ts')).specCommand },
  policy: {
    does: 'check a whole policy folder, and what it can decide today',
    load: async () => (await import('./policy.ts')).policyCommand,
  },
  source: {
    does: 'try a webhook source of your own: a mapping on a payload',
    load: async () => (await import('./source.ts')).sourceCommand,
  },
  serve: { does: 'run the webhook API', load: async () => (await import('./serve.ts')).serveCommand },
  worker: {
    does: 'run the workers of all or some stages',
    load: async () => (await import('./worker.ts')).workerCommand,
  },
  demo: {
    does: 'everything in one go: webhooks in, a table of verdicts out',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  incidents: {
    does: 'list incidents, newest first',
    load: async () => (await import('./incidents.ts')).incidentsCommand,
  },
  show: { does: 'what happened to one incident, and why', load: async () => (await import('./show.ts')).showCommand },
  trace: { does: 'the audit records of one incident', load: async () => (await import('./trace.ts')).traceCommand },
  replay: {
    does: 'decide again from what was recorded, or under another policy',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  audit: {
    does: 'verify, export and sign the audit traces',
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  evidence: {
    does: 'what proves one verdict, in a folder',
    load: async () => (await import('./evidence.ts')).evidenceCommand,
  },
  review: {
    does: 'what waits for a person, and the person’s answer',
    load: async () => (await import('./review.ts')).reviewCommand,
  },
  stop: {
    does: 'emergency stop: nothing passes that the scope covers',
    load: async () => (await import('./stop.ts')).stopCommand,
  },
  resume: {
    does: 'lift an emergency stop; what it held goes on',
    load: async () => (await import('./resume.ts')).resumeCommand,
  },
  status: {
    does: 'what is stopped, since when, by whom, and how much waits',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  redrive: {
    does: 'take dead-lettered incidents up again at the stage that failed',
    load: async () => (await import('./redrive.ts')).redriveCommand,
  },
  quarantine: {
    does: 'deliveries that were not understood: list, show, take again',
    load: async () => (await import('./quarantine.ts')).quarantineCommand,
  },
  token: {
    does: 'make a token for an operator of the API',
    load: async () => (await import('./token.ts')).tokenCommand,
  },
  doctor: {
    does: 'check the set-up and say what to fix',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
}
