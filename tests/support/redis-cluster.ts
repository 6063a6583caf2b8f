/** A real Redis Cluster on loopback, for one test: three primaries, and a replica of the one that owns an installation's slot. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, onTestFinished } from 'vitest'
import { freePort } from '../../src/shared/free-port.ts'
import { keyPrefix } from '../../src/shared/queue/stage-queues.ts'
import { eventually } from './processes.ts'
import { onPath } from './run-tool.ts'

const SLOTS = 16_384
const NAMES = ['a', 'b', 'c', 'replica'] as const

const settings = (port: number, busPort: number, folder: string) => [
  ...[`port ${port}`, `cluster-port ${busPort}`, 'bind 127.0.0.1', `dir ${folder}`],
  ...['cluster-enabled yes', 'cluster-node-timeout 1000', 'cluster-replica-validity-factor 0'],
  ...['save ""', 'appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction', 'repl-diskless-sync-delay 0'],
]

export interface ClusterNode {
  port: number
  id: string
  client: Redis
  kill(): Promise<void>
}

const startNode = async (folder: string): Promise<ClusterNode & { busPort: number }> => {
  const [port, busPort] = [await freePort(), await freePort()]
  await mkdir(folder)
  const file = join(folder, 'redis.conf')
  await writeFile(file, `${settings(port, busPort, folder).join('\n')}\n`)
  const server = '"$(command -v redis-server || command -v valkey-server)"'
  const child = spawn('/bin/sh', ['-c', `exec ${server} "$1"`, 'redis', file], { env: onPath, stdio: 'ignore' })
  const kill = async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'close')
  }
  onTestFinished(kill)
  const client = new Redis({ port, retryStrategy: () => 50, maxRetriesPerRequest: null }).on('error', () => {})
  onTestFinished(() => client.disconnect())
  return { port, busPort, client, kill, id: String(await client.cluster('MYID')) }
}

export interface RedisCluster {
  /** Names a node that is not there, and one that does not own the slot. */
  url: string
  slot: number
  owner: ClusterNode
  replica: ClusterNode
  others: [ClusterNode, ...ClusterNode[]]
}

/** Everybody agrees on who has which slots, and every slot is served. */
const settled = async (nodes: readonly ClusterNode[]) => {
  for (const { client } of nodes) {
    const info = await client.cluster('INFO')
    for (const line of ['cluster_state:ok', 'cluster_known_nodes:4', 'cluster_size:3']) expect(info).toContain(line)
    expect(await client.cluster('SLOTS')).toHaveLength(3)
  }
}

export const openCluster = async (installation: string): Promise<RedisCluster> => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-cluster-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const [a, b, c, replica] = await Promise.all(NAMES.map((name) => startNode(join(folder, name))))
  if (!a || !b || !c || !replica) throw new Error('there are four nodes')
  const primaries = [a, b, c]
  const slot = Number(await a.client.cluster('KEYSLOT', keyPrefix(installation)))
  for (const [i, { client }] of primaries.entries()) {
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    const [first, end] = [Math.ceil((SLOTS * i) / 3), Math.ceil((SLOTS * (i + 1)) / 3)]
    await client.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: end - first }, (_, at) => first + at))
  }
  for (const { port, busPort } of [b, c, replica]) await a.client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)
  const owner = primaries[Math.floor((slot * 3) / SLOTS)]
  if (!owner) throw new Error(`slot ${slot} has no owner`)
  await eventually(async () => expect(await replica.client.cluster('NODES')).toContain(owner.id))
  await eventually(() => replica.client.cluster('REPLICATE', owner.id))
  await eventually(async () => expect(await replica.client.info('replication')).toContain('master_link_status:up'))
  await eventually(() => settled([...primaries, replica]))
  const [other = a, ...more] = primaries.filter((one) => one !== owner)
  return { url: `redis+cluster://127.0.0.1:1,127.0.0.1:${other.port}`, slot, owner, replica, others: [other, ...more] }
}
