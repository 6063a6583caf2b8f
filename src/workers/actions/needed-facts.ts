/** What the values of facts must be that more than one action computes with. */
import { z } from 'zod'

/** Pods that the deployment should have now. */
export const Replicas = z.int('it must be a whole number').positive('it must be 1 or more')
