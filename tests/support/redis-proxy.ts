/** A way to Redis that can be cut and mended: while it is cut, connections end and new ones are refused. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface RedisProxy {
  url: string
  cut(): Promise<void>
  mend(): Promise<void>
}

export const openRedisProxy = async (redisUrl: string): Promise<RedisProxy> => {
  const { hostname, port } = new URL(redisUrl)
  const sockets = new Set<Socket>()
  const join = (client: Socket) => {
    const server = connect(Number(port), hostname)
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      // Either end may go at any time, and the other goes with it.
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
      one.pipe(other)
    }
  }
  let listener: Server
  const listen = async (at: number) => {
    listener = createServer(join).listen(at, '127.0.0.1')
    await once(listener, 'listening')
    return (listener.address() as AddressInfo).port
  }
  const own = await listen(0)
  return {
    url: `redis://127.0.0.1:${own}`,
    cut: async () => {
      const closed = once(listener, 'close')
      listener.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    mend: async () => {
      await listen(own)
    },
  }
}
