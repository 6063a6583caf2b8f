/** Has a server listen where the environment says, or says which variable is to be set otherwise. */
import type { FastifyInstance } from 'fastify'
import { CodedError } from './coded-error.ts'

type PortVariable = 'PORT' | 'WORKER_PORT'

const WHY: Readonly<Record<string, (host: string, port: number, variable: PortVariable) => string>> = {
  EADDRINUSE: (_, port, variable) => `${variable} is ${port}: another process listens there; stop it, or set another`,
  EACCES: (_, port, variable) => `${variable} is ${port}: this user may not listen there; set one from 1024`,
  EADDRNOTAVAIL: (host) => `HOST is ${host}: this host has no such address; set one that it has`,
  ENOTFOUND: (host) => `HOST is ${host}: nobody knows this name; set an address of this host`,
}

/** Throws CodedError `address_unavailable`. */
export const listenAt = async (
  server: Pick<FastifyInstance, 'listen'>,
  host: string,
  port: number,
  variable: PortVariable,
): Promise<void> => {
  try {
    await server.listen({ host, port })
  } catch (error) {
    const why = WHY[String((error as NodeJS.ErrnoException).code)]
    throw why ? new CodedError('address_unavailable', why(host, port, variable)) : error
  }
}
