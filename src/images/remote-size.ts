import { lookup } from 'node:dns'
import { request } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Size } from './resize.ts'

/**
 * The size of an https picture, from its first bytes. Asks once, follows no redirect, waits five seconds at most, and
 * never connects to an address of this machine or a private network, whatever the name resolves to (inbox rules S11).
 * Null when there is no answer, or none that is a picture.
 */
export function remoteSize(address: string): Promise<Size | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const answer = async (): Promise<void> => {
      asked.destroy()
      if (length === 0) return resolve(null)
      const { default: sharp } = await import('sharp')
      // Headers come first; the rest of the file need not be there.
      const found = await sharp(Buffer.concat(chunks), { failOn: 'none', limitInputPixels: false })
        .metadata()
        .catch(() => null)
      if (found === null) return resolve(null)
      const turned = (found.orientation ?? 1) > 4
      const height = found.pageHeight ?? found.height
      resolve(turned ? { width: height, height: found.width } : { width: found.width, height })
    }
    const asked = request(
      address,
      { lookup: publicLookup, timeout: 5000, headers: { range: `bytes=0-${MOST_BYTES - 1}`, accept: 'image/*' } },
      (response) => {
        const status = response.statusCode ?? 0
        if (status !== 200 && status !== 206) {
          asked.destroy()
          resolve(null)
          return
        }
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          length += chunk.length
          if (length >= MOST_BYTES) void answer()
        })
        response.on('end', () => void answer())
        response.on('error', () => resolve(null))
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(null))
    asked.on('close', () => {
      if (length === 0) resolve(null)
    })
    asked.end()
  })
}

const MOST_BYTES = 256 * 1024

const closed = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  closed.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  closed.addSubnet(network, bits, 'ipv6')

/** True for addresses of the open internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !closed.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** Resolves a name and hands over only public addresses: the check and the connection use the same answer. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 4)
    const open = addresses.filter(({ address }) => isPublicAddress(address))
    const first = open[0]
    if (first === undefined)
      return callback(Object.assign(new Error(`${hostname} is not a public address`), { code: 'EACCES' }), '', 4)
    if (options.all === true) callback(null, open)
    else callback(null, first.address, first.family)
  })
}
