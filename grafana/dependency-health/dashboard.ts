/** Dashboard 2: is it what we lean on that fails, or our own processes? */
import { frame } from '../frame.ts'
import { requests } from './requests.ts'
import { resources } from './resources.ts'

export const dependencyHealth = () =>
  frame({
    uid: 'dependency-health',
    title: 'Dependency health',
    description:
      'Redis, the systems asked for facts, and the processes themselves: what answers, how fast, and what runs short.',
    rows: [requests, resources],
  })
