/**
 * Bytes that stay for a run. `Buffer.from` cuts short texts from slabs of 8 kB that they share with whatever is made at
 * the same time, and one that stays keeps its slab: thousands of variants held 160 MB that way (2026-11-24).
 */
export function keptBuffer(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): Buffer {
  const buffer = Buffer.allocUnsafeSlow(Buffer.byteLength(text, encoding))
  buffer.write(text, encoding)
  return buffer
}
