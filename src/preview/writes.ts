import type { IncomingMessage } from 'node:http'
import { UserError } from '../problems/user-error.ts'
import { type Answer, json, plain } from './looks.ts'
import { parseEdit } from './posted-edit.ts'
import type { Studio } from './studio.ts'

/** A picture of 25 MB in base64, and then some. */
const MOST_BYTES = 36_000_000

/** Everything that is asked with POST; who may ask was decided before. Null when there is no such thing. */
export async function write(studio: Studio, request: IncomingMessage, pathname: string): Promise<Answer | null> {
  const body = await readJson(request)
  if (body === null) return plain(400, 'This is no JSON, or too much of it. Nothing was written.')
  const edition = String(body['edition'] ?? '')
  const edit = parseEdit(body['edit'])
  try {
    switch (pathname) {
      case '/edit':
        return edit === null
          ? plain(400, 'This is no edit. Nothing was written.')
          : json(await studio.edits.apply(edition, edit, String(body['seen'] ?? '')))
      case '/undo':
        return json(await studio.edits.undo(edition))
      case '/redo':
        return json(await studio.edits.redo(edition))
      case '/proof': {
        const to = Array.isArray(body['to']) ? body['to'].map(String) : []
        return json(await studio.proof(edition, to, body['threadless'] !== false))
      }
      default:
        return null
    }
  } catch (caught) {
    // What the operator can mend is told to the page; a bug goes to the terminal.
    if (!(caught instanceof UserError)) throw caught
    return json({ proofs: [], refused: `${caught.message} ${caught.hint}` })
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MOST_BYTES) return null
    parts.push(part)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
