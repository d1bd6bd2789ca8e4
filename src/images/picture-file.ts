import type { Size } from './resize.ts'

/** A picture file ready to travel: JPEG or PNG, upright, opaque, sRGB, and light enough. */
export interface PictureFile extends Size {
  /** Hashed name, as in kyiv-3f9a1c20.png: the same bytes have the same name everywhere. */
  name: string
  type: 'image/jpeg' | 'image/png'
  bytes: Uint8Array
}
