/** The Ed25519 keys of checkpoints as files: made once, the private one readable by its owner alone. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyId } from '../../shared/audit/checkpoint.ts'
import { CommandError } from '../answer.ts'
import { makeFolder } from '../make-folder.ts'
import { readText } from '../read-input.ts'
import { unwritable } from '../unwritable.ts'

export interface KeyFiles {
  key_id: string
  private_key: string
  public_key: string
}

/** Throws CommandError `file_exists` before anything is written: a lost private key cannot be had back. */
export const makeKeys = (folder: string): KeyFiles => {
  const files = { private_key: join(folder, 'audit.key'), public_key: join(folder, 'audit.pub') }
  const taken = Object.values(files).find(existsSync)
  if (taken !== undefined)
    throw new CommandError(
      'file_exists',
      `--out ${folder}: ${taken} exists and is not overwritten; name another folder`,
    )
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const pems: [string, string, number][] = [
    [files.private_key, String(privateKey.export({ type: 'pkcs8', format: 'pem' })), 0o600],
    [files.public_key, publicPem(publicKey), 0o666],
  ]
  const made: string[] = []
  try {
    makeFolder(folder)
    for (const [file, pem, mode] of pems) {
      closeSync(openSync(file, 'wx', mode))
      made.push(file)
      writeFileSync(file, pem)
    }
  } catch (error) {
    // Half a pair would be in the way of the next try.
    for (const file of made) rmSync(file, { force: true })
    throw unwritable(folder, error as Error)
  }
  return { key_id: keyId(publicKey), ...files }
}

const FIX = '"interlock audit keygen" makes a pair'

/** `named` is how the file was named, e.g. `--key audit.key`. */
const parseKey = (pem: string, named: string, parse: (pem: string) => KeyObject): KeyObject => {
  let key: KeyObject
  try {
    key = parse(pem)
  } catch {
    throw new CommandError('key_invalid', `${named} is not a key in PEM form without a passphrase; ${FIX}`)
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new CommandError('key_invalid', `${named} is a key for ${key.asymmetricKeyType}, not for Ed25519; ${FIX}`)
}

export const readPrivateKey = (file: string): KeyObject =>
  parseKey(readText(file, '--key <file>'), `--key ${file}`, createPrivateKey)

/** `named` is how it was named; throws CommandError `key_invalid`. */
export const parsePublicKey = (pem: string, named: string): KeyObject => {
  if (pem.includes('PRIVATE KEY'))
    throw new CommandError('key_invalid', `${named} is a private key, which stays with the writer; name its .pub`)
  return parseKey(pem, named, createPublicKey)
}

const readPublicKey = (file: string): KeyObject =>
  parsePublicKey(readText(file, '--public-key <file>'), `--public-key ${file}`)

/** Of either half of a pair. */
export const publicPem = (key: KeyObject): string =>
  String((key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'pem' }))

/** By their id. */
export const readPublicKeys = (files: readonly string[]): Map<string, KeyObject> =>
  new Map(files.map(readPublicKey).map((key) => [keyId(key), key]))
