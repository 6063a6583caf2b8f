/**
 * The arguments of a script as one MessagePack array of byte strings, which Redis' Lua unpacks in C: the client spends
 * more on sixty arguments, one by one, than on everything else about a command. `unpack.lua` is the other end.
 */

const ARRAY = 0xdd
const STRING = 0xdb
/** Of either: a byte that says which, and 32 bits that say how long. */
const HEAD = 5
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const WIDEST = 3
/** Up to here a loop is faster than the call that encodes text. */
const SHORT = 48
const ROOM = 256 * 1024

/** What packed arguments are cut from, one behind the other, until it is used up. */
let room = Buffer.allocUnsafeSlow(ROOM)
let used = 0

const writeHead = (kind: number, length: number, to: Buffer, at = 0): void => {
  to[at] = kind
  to[at + 1] = length >>> 24
  to[at + 2] = length >>> 16
  to[at + 3] = length >>> 8
  to[at + 4] = length
}

/** Returns how many bytes it took. */
const writeText = (text: string, at: number): number => {
  if (text.length > SHORT) return room.write(text, at)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return room.write(text, at)
    room[at + i] = unit
  }
  return text.length
}

/**
 * Some of a script's arguments, packed before the others are known. Bytes do not live where the collector walks, so that
 * what they were made of can go at once instead of being carried along until Redis has answered.
 */
export class Packed {
  readonly count: number
  readonly bytes: Buffer

  constructor(count: number, bytes: Buffer) {
    this.count = count
    this.bytes = bytes
  }
}

const textOf = (argument: unknown): string | Uint8Array | Packed => {
  if (typeof argument === 'string' || argument instanceof Packed || argument instanceof Uint8Array) return argument
  return argument === undefined || argument === null ? '' : String(argument)
}

/** Leaves so many bytes free before the first. */
const pack = (args: readonly unknown[], free: number): Packed => {
  const texts = args.map(textOf)
  let most = free
  for (const text of texts) most += text instanceof Packed ? text.bytes.length : HEAD + text.length * WIDEST
  if (room.length - used < most) {
    room = Buffer.allocUnsafeSlow(Math.max(ROOM, most))
    used = 0
  }
  const from = used
  let [count, at] = [0, from + free]
  for (const text of texts) {
    if (text instanceof Packed) {
      room.set(text.bytes, at)
      at += text.bytes.length
      count += text.count
      continue
    }
    let length: number
    if (typeof text === 'string') length = writeText(text, at + HEAD)
    else {
      room.set(text, at + HEAD)
      length = text.length
    }
    writeHead(STRING, length, room, at)
    at += HEAD + length
    count++
  }
  used = at
  return new Packed(count, room.subarray(from, at))
}

/** To stand among the arguments of a script, in their order. As `packArguments`. */
export const packTogether = (args: readonly unknown[]): Packed => pack(args, 0)

/** Numbers travel as text, `undefined` and `null` as empty, and a Buffer as the bytes it has. */
export const packArguments = (args: readonly unknown[]): Buffer => {
  const { count, bytes } = pack(args, HEAD)
  writeHead(ARRAY, count, bytes)
  return bytes
}
