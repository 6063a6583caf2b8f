/** `pour` as a process of its own; see pour-apart.ts. */
import { each, mixed } from './deliveries.ts'
import { pour } from './pour.ts'
import type { Task } from './pour-apart.ts'

const { address, pouring, kind, first } = JSON.parse(process.argv[2] ?? '') as Task
const poured = await pour(address, pouring, kind === 'mixed' ? mixed(first) : each(first, 'P2'))
// Some megabytes: gone before they are through, they would be lost.
process.send?.(poured, undefined, undefined, () => process.disconnect())
