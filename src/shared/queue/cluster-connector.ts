/** A plain connection into a Redis Cluster: each time it is made it goes to the node that owns the installation's slot. */
import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis'
import { absentKey } from '../ledger/keys.ts'
import type { clusterOf, Node } from '../redis-address.ts'

/** A node that takes longer is passed over, and asked again in the next round. */
const ANSWER_MS = 1000
/** From one node to the next that it names; after a failover some are behind the others. */
const MAX_HOPS = 5

/** By this a node refuses a command before any of it is carried out, or ends a wait: it may be sent again, elsewhere or later. */
const REFUSED = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN|UNBLOCKED)\b/

const MOVED = /^MOVED \d+ (.*):(\d+)$/

type Cluster = NonNullable<ReturnType<typeof clusterOf>>

/**
 * Whom this node names as the owner of the slot, itself perhaps. It is asked for a key that is never there: while the slot
 * moves, its old owner answers that with ASK, and there is no owner. Throws when it does not answer, or names nobody.
 */
const ownerBy = async (node: Node, { installation, login }: Cluster): Promise<Node> => {
  const quick = { connectTimeout: ANSWER_MS, commandTimeout: ANSWER_MS, enableReadyCheck: false, retryStrategy: null }
  const redis = new Redis({ ...node, ...login, ...quick })
  let problem: Error | undefined
  redis.on('error', (error) => {
    problem = error
  })
  try {
    await redis.exists(absentKey(installation))
    return node
  } catch (error) {
    const [, host, port] = MOVED.exec((error as Error).message) ?? []
    // Without a host it is the one that was asked.
    if (port) return { host: host || node.host, port: Number(port) }
    const { message } = problem ?? (error as Error)
    const said = message.startsWith('ASK ') ? `the slot of '${installation}' is being moved (${message})` : message
    throw new Error(`${node.host}:${node.port}: ${said}`)
  } finally {
    redis.disconnect()
  }
}

const ownerFrom = async (first: Node, cluster: Cluster): Promise<Node> => {
  let node = first
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const owner = await ownerBy(node, cluster)
    if (owner.host === node.host && owner.port === node.port) return owner
    node = owner
  }
  throw new Error(`${first.host}:${first.port}: its cluster does not agree on who owns the slot`)
}

/**
 * What a connection needs to follow its slot. One that is refused because the slot is elsewhere, or on its way there, is made
 * anew, and what was refused goes out again on it where commands wait for the connection.
 */
export const followSlot = (
  cluster: Cluster,
  retryStrategy: (attempt: number) => number,
): Pick<RedisOptions, 'username' | 'password' | 'reconnectOnError' | 'Connector'> => ({
  ...cluster.login,
  reconnectOnError: ({ message }) => (REFUSED.test(message) ? 2 : false),
  Connector: class extends AbstractConnector {
    readonly #options: RedisOptions

    constructor(options: unknown) {
      super((options as { disconnectTimeout: number }).disconnectTimeout)
      this.#options = options as RedisOptions
    }

    /** Gives up only when it is told to disconnect: what rejects here is never tried again. */
    override async connect(tell: (type: string, error: Error) => void) {
      this.connecting = true
      for (let round = 1; ; round++) {
        for (const node of cluster.nodes) {
          const owner = await ownerFrom(node, cluster).catch((error: Error) => error)
          if (!this.connecting) throw new Error('Connection is closed.')
          if (!(owner instanceof Error)) return this.#open(owner)
          if (node === cluster.nodes.at(-1)) tell('error', owner)
        }
        await delay(retryStrategy(round))
      }
    }

    #open(owner: Node) {
      Object.assign(this.#options, owner)
      this.stream = createConnection(owner)
      this.stream.once('error', (error) => {
        this.firstError = error
      })
      return this.stream
    }
  },
})
