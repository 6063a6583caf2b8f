/** Dashboard 1: is the service well, as those who depend on it see it? */
import { frame } from '../frame.ts'
import { causes } from './causes.ts'
import { door } from './door.ts'
import { flow } from './flow.ts'

export const serviceOverview = () =>
  frame({
    uid: 'service-overview',
    title: 'Service overview',
    description: 'Do incidents get their verdict in time, what fails, and what is stopped. Start here.',
    rows: [flow, causes, door],
  })
