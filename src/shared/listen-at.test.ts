import { expect, it } from 'vitest'
import { listenAt } from './listen-at.ts'

const said = (code: string, host: string, port: number): Promise<unknown> => {
  const listen = async () => Promise.reject(Object.assign(new Error(`listen ${code}`), { code }))
  return listenAt({ listen }, host, port, 'WORKER_PORT').catch(({ message, code }) => ({ message, code }))
}

it.each([
  ['EADDRINUSE', '127.0.0.1', 9464, /^WORKER_PORT is 9464: another process listens there; stop it, or set another$/],
  ['EACCES', '127.0.0.1', 80, /^WORKER_PORT is 80: .* set one from 1024$/],
  ['EADDRNOTAVAIL', '192.0.2.1', 80, /^HOST is 192\.0\.2\.1: .* set one that it has$/],
  ['ENOTFOUND', 'no.such', 80, /^HOST is no\.such: .* set an address of this host$/],
])('%s names the variable, its value and the fix', async (code, host, port, message) => {
  expect(await said(code, host, port)).toEqual({ code: 'address_unavailable', message: expect.stringMatching(message) })
})

it('what it does not know stays what it is', async () => {
  expect(await said('EMFILE', '::', 0)).toEqual({ code: 'EMFILE', message: 'listen EMFILE' })
})
