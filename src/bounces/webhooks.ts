import { type Context, Hono } from 'hono'
import type { z } from 'zod'
import { mailgunBody, mailgunEvent } from './mailgun.ts'
import { postmarkBody, postmarkEvent } from './postmark.ts'
import { sendgridBody, sendgridEvent } from './sendgrid.ts'
import { judgedEvent, type ServiceEvent } from './service-event.ts'
import {
  isBasicAuth,
  isMailgunSignature,
  isSendgridSignature,
  isTimely,
  sendgridKey,
  UsedTokens,
} from './webhook-proof.ts'
import type { JudgedMail } from './whose.ts'

/** What proves that a request is the service's; null: its address is not there. */
export interface WebhookSecrets {
  postmark: string | null
  mailgun: string | null
  /** The public key SendGrid shows, in base64. */
  sendgrid: string | null
}

export interface WebhookEffects {
  publication: string
  secrets: WebhookSecrets
  /** Milliseconds since 1970. */
  now(): number
  /** Done, and durable, when it returns; the service tries again when it throws. */
  take(mails: readonly JudgedMail[]): Promise<void>
}

const MOST_BYTES = 8 * 1024 * 1024

/**
 * Bounces and complaints as sending services report them: `POST /postmark`, `/mailgun`, `/sendgrid`, to be mounted at
 * `/hooks`. 200 when everything is recorded, 401 for what proves nothing or is too old, 406 for a token used before (Mailgun
 * tries no further), 400 for another shape, 413 for far too much, 404 for a service without a secret. Answers hold nothing. Throws for a key
 * that is none.
 */
export function webhooks({ publication, secrets, now, take }: WebhookEffects): Hono {
  const app = new Hono()
  const used = new UsedTokens()
  const record = async (events: readonly (ServiceEvent | null)[]): Promise<void> => {
    const mails = events.flatMap((event) => (event === null ? [] : [judgedEvent(event, publication)]))
    if (mails.length > 0) await take(mails)
  }

  const { postmark, mailgun, sendgrid } = secrets
  if (postmark !== null)
    app.post('/postmark', async (context) => {
      if (!isBasicAuth(postmark, context.req.header('authorization') ?? '')) return context.body(null, 401)
      const body = await bodyOf(context)
      if (body === null) return context.body(null, 413)
      const data = parsed(postmarkBody, body)
      if (data === null) return context.body(null, 400)
      await record([postmarkEvent(data)])
      return context.body(null, 200)
    })

  if (mailgun !== null)
    app.post('/mailgun', async (context) => {
      const body = await bodyOf(context)
      if (body === null) return context.body(null, 413)
      const data = parsed(mailgunBody, body)
      if (data === null) return context.body(null, 400)
      const { timestamp, token, signature } = data.signature
      if (!isMailgunSignature(mailgun, timestamp, token, signature) || !isTimely(timestamp, now()))
        return context.body(null, 401)
      if (used.has(token)) return context.body(null, 406)
      // Taken before the work and given back if it fails: of two requests at once one is served.
      used.add(token, now())
      try {
        await record([mailgunEvent(data['event-data'])])
      } catch (error) {
        used.delete(token)
        throw error
      }
      return context.body(null, 200)
    })

  if (sendgrid !== null) {
    const key = sendgridKey(sendgrid)
    app.post('/sendgrid', async (context) => {
      const timestamp = context.req.header('x-twilio-email-event-webhook-timestamp') ?? ''
      const signature = context.req.header('x-twilio-email-event-webhook-signature') ?? ''
      const body = await bodyOf(context)
      if (body === null) return context.body(null, 413)
      if (!isSendgridSignature(key, timestamp, body, signature) || !isTimely(timestamp, now()))
        return context.body(null, 401)
      const data = parsed(sendgridBody, body)
      if (data === null) return context.body(null, 400)
      await record(data.map(sendgridEvent))
      return context.body(null, 200)
    })
  }
  return app
}

/** As it came, for signatures are of bytes; null when it is far too long, or never came to its end. Hono's own limit fails on Node without a length. */
async function bodyOf(context: Context): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of context.req.raw.body ?? []) {
      size += chunk.length
      if (size > MOST_BYTES) return null
      chunks.push(chunk)
    }
  } catch {
    return null
  }
  return Buffer.concat(chunks)
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: Uint8Array): z.output<Schema> | null {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(body))).data ?? null
  } catch {
    return null
  }
}
