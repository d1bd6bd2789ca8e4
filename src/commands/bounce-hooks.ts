import type { Hono } from 'hono'
import { webhooks } from '../bounces/webhooks.ts'
import { webhookSecretsFrom } from '../config.ts'
import { UserError } from '../problems/user-error.ts'
import { type BounceDesk, dealWith } from './deal-with-bounces.ts'

/** `POST /postmark`, `/mailgun`, `/sendgrid`, for whoever serves: what is reported there is dealt with as mail is. */
export function bounceHooks(desk: BounceDesk, environment: NodeJS.ProcessEnv): Hono {
  const secrets = webhookSecretsFrom(environment)
  try {
    return webhooks({
      publication: desk.publication.id,
      secrets,
      now: Date.now,
      take: async (mails) => {
        await dealWith(mails, desk)
      },
    })
  } catch (caught) {
    throw new UserError(
      'bad-webhook-key',
      'SENDGRID_WEBHOOK_KEY is no public key.',
      'Copy the verification key from SendGrid’s Event Webhook settings; it begins with MFkw.',
      { cause: caught },
    )
  }
}
