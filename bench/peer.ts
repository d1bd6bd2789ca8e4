/**
 * What others do for each subscriber, in a process of its own: started by `npm run bench:send` with its orders in JSON.
 * `obvious` is `sendMail({ html })` in a loop; `email-templates` renders a compiled template for each and sends it.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createTransport } from 'nodemailer'

export interface Orders {
  how: 'obvious' | 'email-templates'
  port: number
  connections: number
  messages: number
  subject: string
  /** Files: the email for somebody named `name`. */
  html: string
  text: string
  name: string
  /** PEM; null sends unsigned. */
  privateKey: string | null
  /** Where email-templates is installed, and a folder with its template. */
  installed: string | null
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders
const { how, port, connections, messages, subject, name, privateKey, installed } = orders
const from = 'digest@morning.example'
const mailer = createTransport({
  host: '127.0.0.1',
  port,
  ignoreTLS: true,
  pool: true,
  maxConnections: connections,
  maxMessages: Number.POSITIVE_INFINITY,
  ...(privateKey === null ? {} : { dkim: { domainName: 'morning.example', keySelector: 's1', privateKey } }),
} as object)
const html = readFileSync(orders.html, 'utf8')
const text = readFileSync(orders.text, 'utf8')

function sender(): (number: number) => Promise<unknown> {
  if (how === 'obvious')
    return (number) =>
      mailer.sendMail({
        from,
        to: `s${number}@readers.example`,
        subject,
        html: html.replaceAll(name, `Reader ${number}`),
        text: text.replaceAll(name, `Reader ${number}`),
      })
  const Email = createRequire(path.join(installed ?? '', 'package.json'))('email-templates')
  const email = new Email({
    message: { from, subject },
    transport: mailer,
    send: true,
    preview: false,
    // There is nothing left to inline, so this is to its advantage.
    juice: false,
    views: { root: installed, options: { extension: 'ejs' } },
  })
  return (number) =>
    email.send({
      template: 'digest',
      message: { to: `s${number}@readers.example` },
      locals: { name: `Reader ${number}` },
    })
}

const send = sender()
let next = 0
// As many at a time as fill the pool; all at once would only fill the memory.
await Promise.all(
  Array.from({ length: connections * 2 }, async () => {
    while (next < messages) await send(next++)
  }),
)
mailer.close()
