import type { FindingCode } from '../problems/codes.ts'

/** What is wrong with a value, before anybody knows where it stands. */
export interface Objection {
  code: FindingCode
  message: string
  hint: string
}

/** What is wrong with a link, or null. The link itself is never changed: what was typed is what readers get. */
export function urlProblem(value: string): Objection | null {
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/u.test(value)) {
    return {
      code: 'url-invisible',
      message: 'An invisible character hides in the link.',
      hint: 'Type the link again, or paste it as plain text.',
    }
  }
  const bare = {
    code: 'url-invalid' as const,
    message: `"${value.slice(0, 60)}" is not a link.`,
    hint: 'Write the whole address, as in https://example.org/page.',
  }
  if (/\s/.test(value) || !URL.canParse(value)) return bare
  const url = new URL(value)
  if (!['https:', 'http:', 'mailto:'].includes(url.protocol)) {
    return { code: 'url-scheme', message: `The link begins with ${url.protocol}`, hint: 'Use an https link.' }
  }
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? null : bare
  // "https:/example.org" and "https:example.org" parse, but no mail client agrees on them.
  if (!/^https?:\/\/[^/\\]/i.test(value) || value.includes('\\')) return bare
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(value)) {
    return {
      code: 'url-userinfo',
      message: 'The link has a user name or password before the host.',
      hint: 'Remove everything up to and including the @.',
    }
  }
  if (/^[\d.]+$/.test(url.hostname) || url.hostname.startsWith('[')) {
    return {
      code: 'url-ip-host',
      message: `The link leads to the bare address ${url.hostname}.`,
      hint: "Use the site's name.",
    }
  }
  if (url.protocol === 'http:') {
    return { code: 'url-http', message: 'The link is http, not https.', hint: 'Try the same link with https.' }
  }
  return null
}
