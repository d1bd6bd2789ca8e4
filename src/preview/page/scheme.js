// @ts-check
// What mail programs do to an email before they show it. Each works on a parsed copy, never on the sheet.

/**
 * Light or dark by what the email itself says of it, not by the machine the editor sits at: the question its style
 * sheets ask is answered for good, with a condition that always or never holds.
 * @param {Document} email
 * @param {'light' | 'dark'} scheme
 */
export function inScheme(email, scheme) {
  /** @param {string} text */
  const answered = (text) =>
    text.replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi, (_, asked) =>
      asked.toLowerCase() === scheme ? '(min-width:0)' : '(max-width:0)',
    )
  for (const style of email.querySelectorAll('style')) style.textContent = answered(style.textContent ?? '')
  for (const element of email.querySelectorAll('[media]'))
    element.setAttribute('media', answered(element.getAttribute('media') ?? ''))
  addStyle(email, `html{color-scheme:${scheme}!important;scrollbar-width:thin}`)
}

/**
 * As apps do that know no dark style: light becomes dark and keeps its hue, pictures stay. An approximation; Gmail's app
 * and Outlook each have rules of their own.
 * @param {Document} email
 */
export function inverted(email) {
  addStyle(
    email,
    'html{filter:invert(1) hue-rotate(180deg);background:#fff;min-height:100%}img,[background]{filter:invert(1) hue-rotate(180deg)}',
  )
}

/**
 * Pictures blocked: the alternative text stands in the room kept for each.
 * @param {Document} email
 */
export function withoutImages(email) {
  for (const image of email.querySelectorAll('img')) blank(image)
  for (const element of email.querySelectorAll('[background]')) element.removeAttribute('background')
}

/**
 * Nothing is fetched from the web. The server forbids it as well; here it is not even tried, and counted.
 * @param {Document} email
 */
export function localOnly(email) {
  let left = 0
  for (const image of email.querySelectorAll('img')) {
    image.removeAttribute('srcset')
    if (/^(?:\/pictures\/|data:image\/)/.test(image.getAttribute('src') ?? '')) continue
    blank(image)
    left++
  }
  for (const element of email.querySelectorAll(
    'link,iframe,frame,object,embed,script,base,meta[http-equiv],video,audio,source',
  ))
    element.remove()
  return left
}

/** @param {HTMLImageElement} image */
function blank(image) {
  image.removeAttribute('srcset')
  image.setAttribute('src', 'data:,')
}

/** @param {Document} email @param {string} css */
function addStyle(email, css) {
  const own = email.createElement('style')
  own.textContent = css
  email.head.append(own)
}
