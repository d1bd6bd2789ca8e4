import type { Examined } from './examined.ts'
import { type PageElement, wordsOf } from './page.ts'

/** The bones of the page: nesting, Outlook's comments, forbidden elements, leftovers of the template language. */
export function markupFindings(examined: Examined): void {
  nesting(examined)
  outlookComments(examined)
  forbidden(examined)
  leftovers(examined)
  styleSheets(examined)
  const bad = /[\p{Cc}\ufffd]/u.exec(examined.email.html.replace(/[\t\n\r]/g, ''))?.[0]
  if (bad !== undefined)
    examined.say(
      'email-character',
      null,
      `The email holds the character U+${bad.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}.`,
      'Look for it in the template and in the columns of the audience.',
      [bad],
    )
}

const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
])
const TOKEN = /<!--[\s\S]*?-->|<![^>]*>|<(\/?)([a-zA-Z][\w:-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>/g

function nesting({ email, say }: Examined): void {
  const open: string[] = []
  const html = email.html.replace(/(<(style|title|script)\b[^>]*>)[\s\S]*?(<\/\2>)/gi, '$1$3')
  const wrong = (message: string, ...texts: string[]): void =>
    say('email-nesting', null, message, 'Close each tag where its content ends.', texts)
  for (const [, slash, name = '', rest = ''] of html.matchAll(TOKEN)) {
    const tag = name.toLowerCase()
    if (tag === '' || VOID.has(tag) || rest.endsWith('/')) continue
    if (slash === '') open.push(tag)
    else if (open.at(-1) === tag) open.pop()
    else {
      const expected = open.at(-1)
      wrong(
        `</${tag}> stands where ${expected === undefined ? 'nothing is open' : `</${expected}> belongs`}.`,
        ...(open.includes(tag) ? [`<${expected}`, `</${tag}>`] : [`</${tag}>`]),
      )
      return
    }
  }
  const left = open.at(-1)
  if (left !== undefined) wrong(`<${left}> is never closed.`, `<${left}`)
}

function outlookComments({ email, say }: Examined): void {
  let revealed = 0
  const hint = 'Every <!--[if mso]> needs its <![endif]-->.'
  for (const [comment] of email.html.matchAll(/<!--[\s\S]*?-->/g)) {
    const text = comment.slice(4, -3).trim()
    if (/^\[if\b[^\]]*\]>\s*<!$/.test(text)) revealed += 1
    else if (/^<!\[endif\]$/.test(text)) revealed -= 1
    else if (/^\[if\b/.test(text) && !/<!\[endif\]$/.test(text)) {
      say('email-outlook', null, `"<!--${text.slice(0, 40)}" is not closed.`, hint, [`<!--${text.slice(0, 12)}`])
      return
    }
  }
  if (revealed !== 0 || /<!--(?![\s\S]*-->)/.test(email.html))
    say('email-outlook', null, 'A conditional comment is not closed, or closed twice.', hint, ['<!--[if', '<![endif]'])
}

const FORBIDDEN = new Set([
  'script',
  'form',
  'iframe',
  'frame',
  'object',
  'embed',
  'applet',
  'video',
  'audio',
  'input',
  'button',
  'select',
  'textarea',
  'base',
  'link',
  'canvas',
])

function forbidden({ page, sheets, say }: Examined): void {
  for (const element of page.elements) {
    if (FORBIDDEN.has(element.tag))
      say(
        'email-forbidden',
        element,
        `<${element.tag}> is cut out or blocked by mail clients.`,
        'Link to a page that has it.',
        [`<${element.tag}`],
      )
    for (const name of element.attributes.keys())
      if (/^on[a-z]+$/.test(name))
        say('email-forbidden', element, `${name}="…" is a script.`, 'Remove it.', [`${name}=`])
  }
  for (const one of sheets.imports)
    say(
      'email-forbidden',
      null,
      `${one.slice(0, 60)} loads a style sheet from outside.`,
      'Write the styles into the template.',
      ['@import'],
    )
}

/** Braces in content are text; what stands nowhere in the content was meant to be rendered. */
function leftovers({ page, email, publication, edition, say }: Examined): void {
  const content = JSON.stringify([edition, publication, email.subject, email.preheader, email.personal])
  const look = (text: string, element: PageElement): void => {
    for (const [found] of text.matchAll(/\{\{[^{}]*\}\}|\[object Object\]|%[A-Z_]+%|\*\|[A-Z_]+\|\*|<%[^%]*%>/g))
      if (!content.includes(JSON.stringify(found).slice(1, -1)))
        say(
          'email-leftover',
          element,
          `"${found}" stands in the email.`,
          'Mend the template: what stands between braces is rendered by Handlebars or not at all.',
          [found],
        )
    if (/^\s*(?:undefined|null|NaN)\s*$/.test(text) && !content.includes(text.trim()))
      say(
        'email-leftover',
        element,
        `The word "${text.trim()}" stands alone in the email.`,
        'Mend the template: it shows something that is not there.',
      )
  }
  for (const element of page.elements) {
    for (const child of element.children) if (typeof child === 'string' && element.tag !== 'style') look(child, element)
    for (const value of element.attributes.values()) look(value, element)
  }
}

function styleSheets({ sheets, page, email, say }: Examined): void {
  if (sheets.bytes > 16_384)
    say(
      'email-style-size',
      null,
      `The style sheets have ${sheets.bytes} bytes; Gmail takes 16,384.`,
      'Write styles into the elements, or leave some out.',
      ['<mj-style', '<style'],
    )
  for (const { what, texts } of sheets.nested)
    say('email-style-nested', null, `There is ${what}.`, 'Write it on its own, at the end of the style sheet.', texts)
  const scheme = page.elements.some((one) => one.tag === 'meta' && one.attributes.get('name') === 'color-scheme')
  if (!sheets.dark || !scheme)
    say(
      'email-style-dark',
      null,
      sheets.dark ? 'There is no <meta name="color-scheme">.' : 'There are no styles for dark mode.',
      'Start from the partial `head`, which brings both.',
      ['<mj-head', '{{> head'],
    )
  for (const name of ['description', 'format-detection', 'x-apple-disable-message-reformatting', 'viewport'])
    if (!page.elements.some((one) => one.tag === 'meta' && one.attributes.get('name') === name))
      say('email-meta', null, `There is no <meta name="${name}">.`, 'Start from the partial `head`, which brings it.', [
        '<mj-head',
        '{{> head',
      ])
  const viewports = page.elements.filter((one) => one.tag === 'meta' && one.attributes.get('name') === 'viewport')
  if (
    viewports.some((one) =>
      /user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=\s*1(?:\.0)?\b/.test(one.attributes.get('content') ?? ''),
    )
  )
    say(
      'email-zoom',
      null,
      'The viewport forbids enlarging the text.',
      'Leave only  width=device-width, initial-scale=1.',
      ['user-scalable', 'maximum-scale'],
    )
  const title = page.elements.find((one) => one.tag === 'title')
  const words = title === undefined ? '' : wordsOf({ ...title, tag: '' })
  if (words !== email.subject.replace(/\s+/g, ' ').trim())
    say(
      'email-title',
      null,
      words === '' ? 'The page has no title.' : `The title is "${words}", not the subject.`,
      'Put  <mj-title>{{subject}}</mj-title>  into the head.',
      ['<mj-title', '<title', '<mj-head', '{{> head'],
    )
}
