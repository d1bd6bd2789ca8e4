import { inlineText, linksIn, parseProse } from '../edition/inline.ts'
import type { Examined } from './examined.ts'
import { isGeneric, misleads, siteNamed } from './link-words.ts'
import { ancestors, isHidden, type PageElement, spokenOf, within, wordsOf } from './page.ts'

/** What the page is made of, as a reader who hears it meets it: language, headings, tables, links, pictures. */
export function partFindings(examined: Examined): void {
  language(examined)
  headings(examined)
  tables(examined)
  links(examined)
  for (const element of examined.page.elements) if (element.tag === 'img') picture(element, examined)
}

function language({ page, email, say }: Examined): void {
  const body = page.elements.find((one) => one.tag === 'body')
  const parts = [page.root, ...(body?.children.filter((one): one is PageElement => typeof one !== 'string') ?? [])]
  for (const part of parts) {
    const lang = part.attributes.get('lang') ?? ''
    const dir = part.attributes.get('dir') ?? ''
    if (lang === '' || lang.toLowerCase() === 'und' || !/^(?:ltr|rtl)$/.test(dir)) {
      const what = part.tag === 'html' ? 'The page' : `A <${part.tag}> at the top of the page`
      say(
        'email-language',
        part,
        `${what} has ${lang === '' || lang === 'und' ? 'no language (lang)' : 'no direction (dir)'}.`,
        'Write  lang="{{lang}}" dir="{{dir}}"  on <mjml> and on what <mj-raw> puts at the top.',
        [`<${part.tag === 'html' ? 'mjml' : part.tag}`],
      )
      // Without it, everything inside is without it too.
      if (part.tag === 'html') break
    } else if (part.tag === 'html' && (lang !== email.language || dir !== email.dir)) {
      say(
        'email-language',
        part,
        `The page says lang="${lang}" dir="${dir}", but the edition is in ${email.language} (${email.dir}).`,
        'Write  lang="{{lang}}" dir="{{dir}}"  on <mjml>.',
        ['<mjml'],
      )
    }
  }
  const label = page.elements.find((one) => one.attributes.get('role') === 'article')
  if (label?.attributes.get('aria-roledescription') !== 'email' || (label.attributes.get('aria-label') ?? '') === '')
    say(
      'email-label',
      null,
      'Nothing says that the page is an email.',
      'Put  <mj-title>{{subject}}</mj-title>  into the head; MJML does the rest.',
      ['<mj-head', '<mj-body'],
    )
  if (email.dir !== 'rtl') return
  for (const element of page.elements) {
    // A story in another language may well run the other way.
    const own = [element, ...ancestors(element)].find((one) => one.attributes.has('dir'))
    if (own !== undefined && own.attributes.get('dir') === 'ltr' && own.entry !== null) continue
    if (
      own?.attributes.get('dir') === 'ltr' ||
      element.style.get('direction') === 'ltr' ||
      element.style.get('text-align') === 'left'
    )
      say(
        'email-direction',
        element,
        `A <${element.tag}> is set left to right.`,
        'Use {{start}}, {{end}} and {{dir}} in place of left, right and ltr.',
        ['direction:ltr', 'direction: ltr', 'text-align:left', 'text-align: left', 'dir="ltr"'],
      )
  }
}

function headings({ page, say }: Examined): void {
  const found = page.elements.filter((one) => /^h[1-6]$/.test(one.tag) && !isHidden(one))
  const firsts = found.filter((one) => one.tag === 'h1')
  const hint = 'One h1 (the name), h2 for topics, h3 for entries.'
  if (firsts.length !== 1)
    say(
      'email-headings',
      firsts[1] ?? null,
      `There are ${firsts.length} h1 in the page.`,
      hint,
      firsts.length > 1 ? ['<h1'] : [],
    )
  let level = 0
  for (const one of found) {
    const own = Number(one.tag[1])
    if (own > level + 1 && level > 0 && firsts.length === 1)
      say('email-headings', one, `<${one.tag}> follows <h${level}>.`, hint, [`<${one.tag}`])
    if (spokenOf(one) === '') say('email-headings', one, `A <${one.tag}> has no words.`, hint, [`<${one.tag}`])
    level = own
  }
}

function tables({ page, say }: Examined): void {
  for (const table of page.elements) {
    if (table.tag !== 'table') continue
    const role = table.attributes.get('role') ?? ''
    if (role === 'presentation' || role === 'none') continue
    const inside = within(table)
    const isData = inside.some((one) => one.tag === 'th') && inside.some((one) => one.tag === 'caption')
    if (!isData)
      say(
        'email-table-role',
        table,
        'A <table> has no role.',
        'Add  role="presentation";  a table of figures needs <caption> and <th>.',
        tableTexts(table),
      )
  }
}

/** The opening of the tag as the template may have it, longest first. */
function tableTexts(table: PageElement): string[] {
  const first = [...table.attributes].map(([name, value]) => `${name}="${value}"`)[0]
  return first === undefined ? ['<table>', '<table'] : [`<table ${first}`, '<table', '<mj-table']
}

function links({ page, email, edition, say }: Examined): void {
  const inIntro = parseProse(edition.intro ?? '')
    .flatMap(linksIn)
    .map((one) => `${one.url} ${inlineText(one.children)}`)
  const targets = new Map<string, string>()
  for (const link of page.elements) {
    if (link.tag !== 'a') continue
    const href = link.attributes.get('href') ?? ''
    const words = spokenOf(link)
    if (href === '' || href === '#') {
      if (link.attributes.has('href') || words !== '')
        say('email-link', link, `The link "${words}" leads nowhere.`, 'Give it an address.', [`href="${href}"`, '<a'])
      continue
    }
    if (!/^(?:https?|mailto):/i.test(href))
      say('email-link', link, `The link "${words}" leads to ${href.slice(0, 40)}.`, 'Use a whole https address.', [
        href,
      ])
    if (words === '') {
      say(
        'email-link',
        link,
        `The link to ${href} has no words.`,
        'Give its picture an alt text, or put words in it.',
        [`href="${href}"`, '<a'],
      )
      continue
    }
    // What an editor wrote was told to the editor, at its line.
    if (link.entry !== null || inIntro.includes(`${href} ${words}`)) continue
    if (isGeneric(words))
      say('email-link-generic', link, `A link says "${words}".`, 'Link the words that name what is behind it.', [words])
    if (misleads(wordsOf(link), href))
      say(
        'email-link-misleads',
        link,
        `The words of the link name ${siteNamed(wordsOf(link))}, but it leads to ${href}.`,
        'Let the words say where the link leads.',
        [words],
      )
    const before = targets.get(words)
    if (before !== undefined && before !== href && href !== email.wayOut)
      say(
        'email-link-generic',
        link,
        `Two links say "${words}" and lead to different pages.`,
        'Give each words of its own.',
        [words],
      )
    targets.set(words, href)
  }
}

function picture(image: PageElement, { email, say }: Examined): void {
  const src = image.attributes.get('src') ?? ''
  const width = image.attributes.get('width')
  const height = image.attributes.get('height')
  const numeric = (value: string | undefined): boolean => value !== undefined && /^\d+$/.test(value)
  if ((Number(width ?? 9) <= 1 && Number(height ?? 9) <= 1) || isHidden(image)) {
    say(
      'email-tracking',
      image,
      `The picture ${src.slice(0, 60)} cannot be seen.`,
      'Remove it: Broadsheet does not watch its readers.',
      [src, '<img'],
    )
    return
  }
  if (email.personal.some((value) => value !== '' && src.includes(value))) {
    say(
      'email-tracking',
      image,
      'The address of a picture holds what is this reader’s alone.',
      'Use the same address for every reader.',
      ['<img'],
    )
    return
  }
  if (!image.attributes.has('alt'))
    say('email-image', image, `The picture ${src.slice(0, 60)} has no alt.`, 'Add  alt="…",  empty for an ornament.', [
      src,
      '<img',
    ])
  if (image.entry === null && /^data:|\.(?:webp|avif|svg)(?:$|[?#])/i.test(src)) {
    say(
      'email-image-type',
      image,
      `The picture ${src.slice(0, 40)} is not shown everywhere.`,
      'Use a JPEG or PNG with an https address.',
      [src, '<img'],
    )
    return
  }
  if (!/^(?:https:|cid:)/i.test(src))
    say('email-image', image, `The picture ${src.slice(0, 60)} is not under https.`, 'Use an https address.', [
      src,
      '<img',
    ])
  // A picture whose size nobody could find out has been reported as image-size-unknown.
  const unknown = height === undefined && image.entry !== null
  if (!numeric(width) || (!numeric(height) && !unknown))
    say(
      'email-image',
      image,
      `The picture ${src.slice(0, 60)} has no width and height in numbers.`,
      'Write both, without units; styles may say the rest.',
      [src, '<img'],
    )
}
