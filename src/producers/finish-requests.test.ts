/** What a server that closes waits for, and what not. */
import { once } from 'node:events'
import { connect } from 'node:net'
import Fastify from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { finishRequests } from './finish-requests.ts'

const REQUEST = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

const open = async () => {
  const app = Fastify({ return503OnClosing: false, forceCloseConnections: 'idle' })
  finishRequests(app)
  const answers: (() => void)[] = []
  app.get('/', () => new Promise((resolve) => answers.push(() => resolve('an answer'))))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let closed = false
  const close = () =>
    app.close().then(() => {
      closed = true
    })
  return { app, socket, answers, close, isClosed: () => closed }
}

test('what is under way is answered first', async () => {
  const { socket, answers, close, isClosed } = await open()
  socket.write(REQUEST)
  await vi.waitFor(() => expect(answers).toHaveLength(1))
  const closing = close()
  const received = once(socket, 'data')
  expect(isClosed()).toBe(false)
  answers[0]?.()
  expect(String(await received)).toContain('an answer')
  await closing
})

test('nobody is waited for who has gone, with several requests on the way', async () => {
  const { app, socket, answers, close } = await open()
  socket.write(REQUEST.repeat(3))
  await vi.waitFor(() => expect(answers).toHaveLength(3))
  const gone = new Promise((resolve) => app.server.getConnections((_, count) => resolve(count)))
  expect(await gone).toBe(1)
  socket.destroy()
  await close()
})
