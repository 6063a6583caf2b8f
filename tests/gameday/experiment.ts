/** What an experiment states and does. One file each in experiments/, and one line in the index there. */
import type { Scene as FaultScene } from '../faults/harness/faults.ts'
import type { FaultyNetwork } from '../faults/harness/faulty-network.ts'

export interface Scene extends FaultScene {
  /** Between the processes and the Prometheus that policies ask for facts. */
  facts: FaultyNetwork
}

/** Seconds: what the rules wait for shrinks with the time scale, what the product itself takes does not. */
export interface Within {
  rules: number
  product: number
}

export interface Experiment {
  name: string
  /** What holds while the fault lasts, and when it is over. */
  hypothesis: string
  /** The one of prometheus/rules that tells on-call; its runbook has the same name. */
  alert: string
  /** From the fault to the alert. */
  fires: Within
  /** From the mending until the alert is gone and whatever was accepted before has its verdict. */
  recovers: Within
  /** Does the harm, lets it last until `felt` resolves, and mends it. Gives what of the hypothesis did not hold. */
  inflict(scene: Scene, felt: () => Promise<void>): Promise<string[]>
}

/** A scrape and an evaluation that were just missed. */
const NOTICED = 30

export const secondsOf = ({ rules, product }: Within, scale: number): number => (rules + NOTICED) * scale + product
