import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { isPublicAddress } from '../network/public-address.ts'

/**
 * Who asks, for limits alone; never logged or kept. Behind a proxy of this machine or its network the last address of
 * X-Forwarded-For that is of the open internet; what somebody out there writes into that header themselves stands before
 * it. A network of IPv6 (/64) is one client.
 */
export function clientOf(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: IncomingMessage }
  const peer = (incoming?.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (isPublicAddress(peer)) return network(peer)
  const forwarded = (context.req.header('x-forwarded-for') ?? '').split(',').map((one) => one.trim())
  return network(forwarded.findLast(isPublicAddress) ?? peer)
}

function network(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')].slice(0, 4).join(':')
}
