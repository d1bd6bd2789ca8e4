import { request } from 'node:https'
import { publicLookup } from '../network/public-address.ts'
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
