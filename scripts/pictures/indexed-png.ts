import { crc32, deflateSync, inflateSync } from 'node:zlib'

// Chromium writes true-colour PNG. A flat drawing has few colours, so a table of them and one byte a pixel weighs half, and
// with `images: embed` every subscriber's copy carries that weight.

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])

/** The same picture with a colour table. Beyond 256 colours the rarest, shades on edges, go to their nearest neighbour. */
export function indexedPng(trueColour: Buffer): Buffer {
  const { width, height, pixels } = pixelsOf(trueColour)
  const counts = new Map<number, number>()
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const table = [...counts]
    .sort(([a, m], [b, n]) => n - m || a - b)
    .slice(0, 256)
    .map(([colour]) => colour)
  const place = new Map([...counts.keys()].map((colour) => [colour, nearest(colour, table)]))

  const rows = Buffer.alloc(height * (width + 1))
  pixels.forEach((colour, n) => {
    rows[Math.floor(n / width) * (width + 1) + 1 + (n % width)] = place.get(colour) ?? 0
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(table.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function nearest(colour: number, table: number[]): number {
  const distance = (other: number) =>
    ((colour >> 16) - (other >> 16)) ** 2 +
    (((colour >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
    ((colour & 255) - (other & 255)) ** 2
  return table.reduce((best, other, n) => (distance(other) < distance(table[best] ?? 0) ? n : best), 0)
}

/** Each pixel as 0xRRGGBB, row by row. */
function pixelsOf(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const data: Buffer[] = []
  let [width, height, channels] = [0, 0, 3]
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
    const type = png.toString('latin1', at + 4, at + 8)
    if (type === 'IDAT') data.push(body)
    if (type === 'IHDR') [width, height, channels] = [body.readUInt32BE(0), body.readUInt32BE(4), body[9] === 6 ? 4 : 3]
  }
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), width * channels, height, channels)
  const pixels = Uint32Array.from({ length: width * height }, (_, n) => bytes.readUIntBE(n * channels, 3))
  return { width, height, pixels }
}

/** Takes back the five row filters of PNG, section 9 of the specification. */
function unfiltered(rows: Buffer, rowBytes: number, height: number, step: number): Buffer {
  const out = Buffer.alloc(rowBytes * height)
  for (let row = 0; row < height; row++) {
    const filter = rows[row * (rowBytes + 1)]
    for (let x = 0; x < rowBytes; x++) {
      const at = row * rowBytes + x
      const left = x < step ? 0 : (out[at - step] ?? 0)
      const up = row === 0 ? 0 : (out[at - rowBytes] ?? 0)
      const corner = x < step || row === 0 ? 0 : (out[at - rowBytes - step] ?? 0)
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0
      out[at] = (rows[row * (rowBytes + 1) + 1 + x] ?? 0) + guess
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function chunk(type: string, body: Buffer): Buffer {
  const out = Buffer.alloc(12 + body.length)
  out.writeUInt32BE(body.length, 0)
  out.write(type, 4, 'latin1')
  body.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length)
  return out
}
