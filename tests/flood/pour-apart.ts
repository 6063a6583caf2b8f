/** Pours in a process of its own, so that it holds up neither what is measured nor what reads the logs of the others. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { projectFile } from '../../src/shared/project-file.ts'
import type { Poured, Pouring } from './pour.ts'

export interface Task {
  address: string
  pouring: Pouring
  /** `mixed` is a flood; `new` tells of nothing twice. */
  kind: 'mixed' | 'new'
  /** The number of the first fault. */
  first: number
}

export const pourApart = async (task: Task): Promise<Poured> => {
  const child = fork(projectFile('tests/flood/pour-process.ts'), [JSON.stringify(task)], {
    execArgv: ['--import', 'tsx'],
  })
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`the flood ended with ${code}`)
  })
  const [poured] = (await Promise.race([once(child, 'message'), ended])) as [Poured]
  return poured
}
