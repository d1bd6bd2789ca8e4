import type { EntryChange, FieldChange } from '../edition/compare-editions.ts'
import type { PictureFile } from '../images/picture-file.ts'
import { escapeHtml } from '../render/escape.ts'
import { REVIEW_STYLE } from './review-style.ts'
import type { StudioState } from './state.ts'
import type { ShownChanges, ShownMatrix } from './studio.ts'

/** What a review shows. */
export interface ReviewMaterial {
  state: StudioState
  matrix: ShownMatrix
  changes: ShownChanges
  picture(name: string): PictureFile | null
}

/**
 * One HTML file with all of the view, for reviewers of a pull request: it works from a disk and without a network, runs no
 * script, and carries its pictures. The emails stand in sandboxed frames that inherit its policy.
 */
export function reviewPage({ state, matrix, changes, picture }: ReviewMaterial): string {
  const { publication, edition, email, status, findings } = state
  const errors = findings.filter((one) => one.severity === 'error').length
  const title = `${edition} · ${publication}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(`Review of ${title}`)}</title>
<style>${REVIEW_STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(publication)}</h1>
<p>${escapeHtml(edition)}${status === 'draft' ? ' · draft' : ''} · ${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}</p>
${email === null ? '' : `<p class="inbox"><b>${escapeHtml(email.from.name)}</b> <strong>${escapeHtml(email.subject)}</strong> <span>${escapeHtml(email.preheader)}</span></p>`}
<nav>${['Email', 'Findings', 'Changes', 'Weight'].map((name) => `<a href="#${name.toLowerCase()}">${name}</a>`).join(' ')}</nav>
</header>
<main>
<section id="email" aria-label="Email">${email === null ? `<p class="none">${escapeHtml(state.note ?? 'There is no email to show.')}</p>` : panes(email, picture)}</section>
<section id="findings"><h2>Findings</h2>${findings.length === 0 ? '<p class="none">Nothing to report.</p>' : findings.map(findingCard).join('\n')}</section>
<section id="changes"><h2>Changes</h2>${changeList(changes)}</section>
<section id="weight"><h2>Weight</h2>${weights(state, matrix)}</section>
</main>
</body>
</html>
`
}

type Email = NonNullable<StudioState['email']>

function panes(email: Email, picture: ReviewMaterial['picture']): string {
  const html = withPictures(email.html, picture)
  const frame = (name: string, width: number, scheme: 'light' | 'dark'): string =>
    `<figure><figcaption>${name} <span>${width} px</span></figcaption><iframe sandbox title="The email, ${name.toLowerCase()}" width="${width}" srcdoc="${escapeHtml(inScheme(html, scheme))}"></iframe></figure>`
  return `<div class="panes" tabindex="0" role="group" aria-label="Panes">
${frame('Light', 680, 'light')}
${frame('Dark', 680, 'dark')}
${frame('Phone', 375, 'light')}
<figure class="text"><figcaption>Text</figcaption><pre tabindex="0">${escapeHtml(email.text)}</pre></figure>
</div>`
}

/** The pictures themselves in the place of their addresses here; those of the web are not fetched. */
function withPictures(html: string, picture: ReviewMaterial['picture']): string {
  return html.replace(/\/pictures\/([\w.-]+)/g, (address, name: string) => {
    const found = picture(name)
    return found === null ? address : `data:${found.type};base64,${Buffer.from(found.bytes).toString('base64')}`
  })
}

/** The email's own light or dark, whatever the reviewer's machine prefers: what its styles ask is answered for good. */
function inScheme(html: string, scheme: 'light' | 'dark'): string {
  const answered = (text: string): string =>
    text.replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi, (_, asked: string) =>
      asked.toLowerCase() === scheme ? '(min-width:0)' : '(max-width:0)',
    )
  return html
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>/gi, answered)
    .replace(/\bmedia\s*=\s*("[^"]*"|'[^']*')/gi, answered)
    .replace(/<\/head>/i, `<style>html{color-scheme:${scheme}!important}</style></head>`)
}

function findingCard(one: StudioState['findings'][number]): string {
  const place = one.line === null ? one.file : `${one.file}:${one.line}`
  return `<article class="${one.severity}"><h3>${escapeHtml(one.message)}</h3><p class="place">${one.severity} · ${escapeHtml(one.code)} · ${escapeHtml(place)}</p>${one.frame === '' ? '' : `<pre tabindex="0">${escapeHtml(one.frame)}</pre>`}<p>${escapeHtml(one.hint)}</p></article>`
}

function changeList(told: ShownChanges): string {
  if ('unavailable' in told) return `<p class="none">${escapeHtml(told.unavailable)}</p>`
  const { head, entries, against, unread } = told
  const items = [
    ...(head.length > 0 ? [`<li><b>The edition itself</b>${head.map(sides).join('')}</li>`] : []),
    ...entries.map(
      (one) => `<li><b>${changeWords(one)}</b> ${escapeHtml(one.headline)}${one.fields.map(sides).join('')}</li>`,
    ),
  ]
  const notes = [
    against === null ? 'The edition is not in git HEAD yet.' : `Compared with git HEAD (${escapeHtml(against)}).`,
    ...(unread > 0 ? [`${counted(unread, 'entry', 'entries')} could not be read.`] : []),
  ]
  return `<p class="more">${notes.join(' ')}</p>${items.length === 0 ? '<p class="none">Nothing has changed.</p>' : `<ul>${items.join('\n')}</ul>`}`
}

/** What became of an entry, in a word or two. */
function changeWords({ kind, moved, was, entry }: EntryChange): string {
  if (kind === 'added') return 'New'
  if (kind === 'removed') return 'Gone'
  return moved ? `Moved from ${was} to ${entry}` : 'Changed'
}

function sides({ field, before, after }: FieldChange): string {
  const side = (tag: 'del' | 'ins', text: string | null): string =>
    text === null ? '<span class="none">nothing</span>' : `<${tag}>${escapeHtml(text)}</${tag}>`
  return `<p class="more">${escapeHtml(field)}</p><div class="sides">${side('del', before)}${side('ins', after)}</div>`
}

function weights({ email, topics }: StudioState, { sets, left, skipped }: ShownMatrix): string {
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`
  const nameOf = (id: string): string => topics.find((topic) => topic.id === id)?.name ?? id
  const rows = sets.map(
    ({ topics: own, language, readers, bytes }) =>
      `<tr><td>${escapeHtml(own.map(nameOf).join(', '))}</td><td>${escapeHtml(language)}</td><td class="number">${readers.toLocaleString('en')}</td><td class="number">${kilobytes(bytes.html)}</td><td class="number">${kilobytes(bytes.message)}</td></tr>`,
  )
  const notes = [
    ...(left > 0 ? [`${left.toLocaleString('en')} more sets were not weighed.`] : []),
    ...Object.entries(skipped).map(([reason, many]) => `${many.toLocaleString('en')} skipped: ${reason}.`),
  ]
  const own =
    email === null
      ? ''
      : `<p>The copy above has ${kilobytes(email.bytes.html)} of HTML; Gmail cuts at 102.4 KB.${email.clip?.wayOutBelow === true ? ' <b class="error">The way out lies below the cut.</b>' : ''}</p>`
  if (rows.length === 0) return `${own}<p class="none">Nobody in the audience gets this edition.</p>`
  return `${own}<table><thead><tr><th scope="col">Topics</th><th scope="col">Language</th><th scope="col">Readers</th><th scope="col">HTML</th><th scope="col">Message</th></tr></thead><tbody>${rows.join('\n')}</tbody></table><p class="more">${notes.join(' ')}</p>`
}

const counted = (many: number, word: string, words = `${word}s`): string => `${many} ${many === 1 ? word : words}`
