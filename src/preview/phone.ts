import { networkInterfaces } from 'node:os'
import { renderSVG } from 'uqr'
import { isWildcard } from './guard.ts'

/** Where a phone on the same network finds the studio; null when it listens to this machine alone. */
export function phoneAddress(host: string, port: number): string | null {
  if (!isWildcard(host)) return /^(localhost|127\.|::1$)/.test(host) ? null : `http://${host}:${port}`
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const own = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  return own === undefined ? null : `http://${own.address}:${port}`
}

/** A QR code as SVG, dark on light in either look of the studio: cameras want it so. */
export function qrCode(text: string): string {
  return renderSVG(text, { border: 2 })
}
