/** Certificates made in the test, by a certificate authority of its own: X.509 as DER, signed with real keys. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const oid = (...bytes: number[]) => der(0x06, Buffer.from(bytes))
const octets = (content: Buffer) => der(0x04, content)
const text = (tag: number, value: string) => der(tag, Buffer.from(value))
const time = (at: Date) => text(0x18, `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`)
const nameOf = (name: string) => sequence(der(0x31, sequence(oid(0x55, 4, 3), text(0x0c, name))))

const SHA256_RSA = sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11), der(0x05))
const TRUE = der(0x01, Buffer.from([0xff]))

export interface Identity {
  name: string
  pem: string
  der: Buffer
  publicKey: KeyObject
  privateKey: KeyObject
}

interface Wanted {
  name: string
  /** Its own where it is left out. */
  issuer?: Identity
  ca?: boolean
  /** Where its issuer's certificate is published. */
  issuerUrl?: string
  from?: Date
  to?: Date
}

const DAY = 86_400_000

/** A certificate that is valid from yesterday and for a week, unless it says otherwise. */
export const certificateFor = ({ name, issuer, ca = false, issuerUrl, from, to }: Wanted): Identity => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const extensions = [
    ...(ca ? [sequence(oid(0x55, 0x1d, 0x13), TRUE, octets(sequence(TRUE)))] : []),
    ...(ca ? [] : [sequence(oid(0x55, 0x1d, 0x11), octets(sequence(text(0x82, name))))]),
    ...(issuerUrl
      ? [
          sequence(
            oid(0x2b, 6, 1, 5, 5, 7, 1, 1),
            octets(sequence(sequence(oid(0x2b, 6, 1, 5, 5, 7, 0x30, 2), text(0x86, issuerUrl)))),
          ),
        ]
      : []),
  ]
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    SHA256_RSA,
    nameOf(issuer?.name ?? name),
    sequence(time(from ?? new Date(Date.now() - DAY)), time(to ?? new Date(Date.now() + 7 * DAY))),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('RSA-SHA256', signed, issuer?.privateKey ?? privateKey)
  const certificate = sequence(signed, SHA256_RSA, der(0x03, Buffer.from([0]), signature))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  return { name, pem, der: certificate, publicKey, privateKey }
}
