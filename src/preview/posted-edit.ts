import { z } from 'zod'
import { ENTRY_FIELDS } from '../edition/write-entry.ts'
import type { Edit } from './edit-step.ts'

const entry = z.int().min(1)

const posted = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('field'), entry, field: z.enum(ENTRY_FIELDS), value: z.string().nullable() }),
  z.strictObject({ kind: z.literal('move'), entry, to: z.int().min(1) }),
  z.strictObject({
    kind: z.literal('picture'),
    entry,
    name: z.string(),
    bytes: z.base64().transform((text) => Buffer.from(text, 'base64')),
  }),
])

/** An edit as the page posts it, pictures in base64; null when it is none. */
export function parseEdit(value: unknown): Edit | null {
  const { data } = posted.safeParse(value)
  return data ?? null
}
