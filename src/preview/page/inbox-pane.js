// @ts-check
// Sender, subject and the line after it, as the lists of three mail programs cut them.
import { make } from './make.js'
import { Pane } from './pane.js'

/**
 * Widths in pixels and lines at the usual sizes: cut by the browser where the words end, as the programs do. Each is an
 * approximation: fonts, densities and window widths differ.
 * @type {{ name: string, where: string, className: string, unread: boolean }[]}
 */
const PROGRAMS = [
  { name: 'Gmail', where: 'web, default density: one line', className: 'gmail', unread: true },
  { name: 'Apple Mail', where: 'iPhone: one line of subject, two of the text', className: 'apple', unread: true },
  { name: 'Outlook', where: 'Windows, reading pane: three lines', className: 'outlook', unread: false },
]

export class InboxPane extends Pane {
  constructor() {
    super('inbox', 'Inbox')
    this.width = 560
    this.body.classList.add('inboxes')
    this.body.tabIndex = 0
    this.detail.textContent = 'approximate'
  }

  /** @override */
  get shrinks() {
    return true
  }

  /** @param {number} scale @override */
  fit(scale) {
    this.element.style.width = `${Math.max(400, Math.floor(this.width * scale))}px`
  }

  /** @param {import('../state.ts').StudioState} state @override */
  async paint({ email, reader }) {
    if (email === null) {
      this.body.replaceChildren()
      return
    }
    const words = snippet(email.html, email.preheader)
    const rows = PROGRAMS.map(({ name, where, className, unread }) => {
      const row = make('div', `message ${className}${unread ? ' unread' : ''}`)
      row.append(
        make('span', 'sender', email.from.name),
        make('span', 'subject', email.subject),
        make('span', 'snippet', words),
        make('time', 'when', reader.due?.local ?? ''),
      )
      return make('section', '', make('h3', '', name, ' ', make('small', '', where)), row)
    })
    const lengths = make(
      'p',
      'lengths',
      `Subject ${[...email.subject].length} characters, preheader ${[...email.preheader].length}; what stands after it is the beginning of the email.`,
    )
    this.body.replaceChildren(...rows, lengths)
  }
}

/**
 * Inboxes show the beginning of the email, whatever it is: the preheader, then what follows it when that is short.
 * @param {string} html @param {string} preheader
 */
export function snippet(html, preheader) {
  const plain = html
    .replace(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/\sstyle\s*=\s*("[^"]*"|'[^']*')/gi, '')
  const email = new DOMParser().parseFromString(plain, 'text/html')
  const text = (email.body.textContent ?? '').replace(/(?:\s|\u200c|\u034f)+/g, ' ').trim()
  return (text.startsWith(preheader) ? text : `${preheader} ${text}`).slice(0, 240)
}
