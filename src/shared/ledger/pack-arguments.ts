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

const writeHead = (kind: number, length: number, at: number): void => {
  room[at] = kind
  room[at + 1] = length >>> 24
  room[at + 2] = length >>> 16
  room[at + 3] = length >>> 8
  room[at + 4] = length
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

const textOf = (argument: unknown): string | Uint8Array => {
  if (typeof argument === 'string' || argument instanceof Uint8Array) return argument
  return argument === undefined || argument === null ? '' : String(argument)
}

/** Numbers travel as text, `undefined` and `null` as empty, and a Buffer as the bytes it has. */
export const packArguments = (args: readonly unknown[]): Buffer => {
  const texts = args.map(textOf)
  let most = HEAD
  for (const text of texts) most += HEAD + text.length * WIDEST
  if (room.length - used < most) {
    room = Buffer.allocUnsafeSlow(Math.max(ROOM, most))
    used = 0
  }
  const from = used
  writeHead(ARRAY, texts.length, from)
  let at = from + HEAD
  for (const text of texts) {
    let length: number
    if (typeof text === 'string') length = writeText(text, at + HEAD)
    else {
      room.set(text, at + HEAD)
      length = text.length
    }
    writeHead(STRING, length, at)
    at += HEAD + length
  }
  used = at
  return room.subarray(from, at)
}
