/** A PNG of at most 256 colours: a third of the size, since what a page draws has few, and all others are soft edges. */
import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const MOST_COLOURS = 256

const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}

const squared = (value: number): number => value * value
const distance = (a: number, b: number): number =>
  squared((a >> 16) - (b >> 16)) + squared(((a >> 8) & 255) - ((b >> 8) & 255)) + squared((a & 255) - (b & 255))

/** `pixels` are red, green, blue and opacity, row by row; the opacity is left out. */
export const palettePng = (pixels: Buffer, width: number): Buffer => {
  const height = pixels.length / 4 / width
  const colourAt = (pixel: number) => pixels.readUIntBE(pixel * 4, 3)
  const counts = new Map<number, number>()
  for (let pixel = 0; pixel < width * height; pixel++)
    counts.set(colourAt(pixel), (counts.get(colourAt(pixel)) ?? 0) + 1)
  const palette = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, MOST_COLOURS)
  const nearest = (colour: number): number =>
    palette.reduce((best, one, at) => (distance(one, colour) < distance(palette[best] ?? 0, colour) ? at : best), 0)
  const indices = new Map([...counts.keys()].map((colour) => [colour, nearest(colour)]))

  // Each row begins with its filter, which is none.
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indices.get(colourAt(y * width + x)) ?? 0

  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const data = deflateSync(rows, { level: 9, memLevel: 9 })
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
