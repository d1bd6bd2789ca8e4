import type { Examined } from './examined.ts'
import { isHidden, type PageElement, wordsOf } from './page.ts'

/** Gmail cuts a message off here (design, section 7), and from here on little may be added. */
export const CLIP = { error: 102_400, warning: 80_000 }

/** What every copy promises: it arrives whole, says who sends it, lets go, and shows the preheader. */
export function promiseFindings(examined: Examined): void {
  const { email, page, publication, say } = examined
  const bytes = Buffer.byteLength(email.html)
  const each = 'Leave out an entry, or shorten what is longest.'
  if (bytes >= CLIP.error)
    say(
      'email-too-large',
      null,
      `The HTML has ${bytes.toLocaleString('en')} bytes; Gmail cuts at ${CLIP.error.toLocaleString('en')}.`,
      each,
    )
  else if (bytes >= CLIP.warning)
    say(
      'email-large',
      null,
      `The HTML has ${bytes.toLocaleString('en')} bytes; Gmail cuts at ${CLIP.error.toLocaleString('en')}.`,
      each,
    )

  const body = page.elements.find((one) => one.tag === 'body')
  const visible = page.elements.filter((one) => !isHidden(one))
  const out = visible.find(
    (one) => one.tag === 'a' && one.attributes.get('href') === email.wayOut && wordsOf(one) !== '',
  )
  if (out === undefined)
    say(
      'email-way-out',
      null,
      'There is no link that ends the subscription.',
      'Show  <a href="{{slot "wayOut"}}">{{phrases.unsubscribe}}</a>;  the partial `footer` does.',
      ['{{> footer'],
    )
  const shown = visible
    .filter((one) => one.tag !== 'title')
    .flatMap((one) => one.children.filter((child) => typeof child === 'string'))
  const squeezed = (text: string): string => text.replace(/\s+/g, '')
  if (!squeezed(shown.join('')).includes(squeezed(publication.postalAddress)))
    say(
      'email-address',
      null,
      'The postal address is not in the email.',
      'Show  {{publication.postalAddress}};  the partial `footer` does.',
      ['{{> footer'],
    )

  const first = body === undefined ? null : firstText(body)
  const hint = 'Begin the body with the preheader, as the partial `page` does.'
  if (first === null || wordsOf(first) !== email.preheader.replace(/\s+/g, ' ').trim())
    say('email-preheader', null, 'The page does not begin with the preheader.', hint, [
      '<mj-preview',
      '{{preheader}}',
      '<mj-body',
    ])
  else if (!isHidden(first))
    say('email-preheader', null, 'The preheader is shown in the page as well.', hint, ['{{preheader}}'])
  else if (
    first.style.has('color') ||
    first.style.get('opacity') !== undefined ||
    /^[01]px$/.test(first.style.get('font-size') ?? '')
  )
    say('email-preheader', null, 'The preheader is hidden by colour or size, as spam hides words.', hint, [
      '<mj-preview',
      '{{preheader}}',
    ])
}

function firstText(element: PageElement): PageElement | null {
  for (const child of element.children) {
    if (typeof child === 'string') {
      if (child.trim() !== '') return element
    } else if (child.tag !== 'style' && child.tag !== 'script') {
      const found = firstText(child)
      if (found !== null) return found
    }
  }
  return null
}
