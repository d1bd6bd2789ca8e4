import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

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

/** A connection that was refused because the name leads into this machine or a private network. */
export const PRIVATE = 'EPRIVATE'

/**
 * Resolves names and hands over only public addresses: the check and the connection use the same answer, so a name that
 * answers otherwise the second time gains nothing (DNS rebinding; inbox rules S11). Addresses written out are never
 * resolved by Node, so whoever connects asks `refusedHost` first.
 */
export function guardedLookup(
  lookup: typeof systemLookup,
  isOpen: (address: string) => boolean = isPublicAddress,
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 4)
      const open = addresses.filter(({ address }) => isOpen(address))
      const first = open[0]
      if (first === undefined)
        return callback(Object.assign(new Error(`${hostname} is not a public address`), { code: PRIVATE }), '', 4)
      if (options.all === true) callback(null, open)
      else callback(null, first.address, first.family)
    })
  }
}

export const publicLookup = guardedLookup(systemLookup)

/** True for a host that is itself an address, and not an open one: 127.0.0.1, [::1], 0x7f.1 (which URL has made 127.0.0.1). */
export function refusedHost(hostname: string, isOpen: (address: string) => boolean = isPublicAddress): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) !== 0 && !isOpen(bare)
}
