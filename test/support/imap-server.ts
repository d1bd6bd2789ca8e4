import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface ImapServer {
  port: number
  /** What clients asked for, in their order, without tags and passwords. */
  commands: string[]
}

/** As much of IMAP4rev1 as reading one mailbox takes, in clear on loopback; closed when the test ends. */
export async function imapServer(user: string, password: string, mails: readonly Buffer[]): Promise<ImapServer> {
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    const say = (...lines: string[]): void => void socket.write(`${lines.join('\r\n')}\r\n`)
    say('* OK [CAPABILITY IMAP4rev1] ready')
    let buffer = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      buffer += text
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const [, tag = '', command = ''] = /^(\S+) (.*)$/.exec(buffer.slice(0, end)) ?? []
        buffer = buffer.slice(end + 2)
        answer(tag, command)
      }
    })
    const answer = (tag: string, command: string): void => {
      commands.push(command.startsWith('LOGIN') ? 'LOGIN' : command)
      const name = command.replace(/^UID /, '').split(' ')[0]?.toUpperCase()
      let outcome = 'OK done'
      if (name === 'LOGIN' && command.replaceAll('"', '') !== `LOGIN ${user} ${password}`)
        outcome = 'NO [AUTHENTICATIONFAILED] wrong'
      if (name === 'CAPABILITY') say('* CAPABILITY IMAP4rev1')
      if ((name === 'LIST' || name === 'LSUB') && command.includes('INBOX')) say(`* ${name} () "/" INBOX`)
      if (name === 'EXAMINE' && command.includes('INBOX'))
        say(
          `* ${mails.length} EXISTS`,
          '* FLAGS (\\Seen)',
          '* OK [UIDVALIDITY 1] ok',
          `* OK [UIDNEXT ${mails.length + 1}] ok`,
        )
      else if (name === 'EXAMINE') outcome = 'NO there is no such folder'
      if (name === 'SEARCH') say(`* SEARCH ${mails.map((_, index) => index + 1).join(' ')}`)
      if (name === 'FETCH') {
        const uid = Number(/FETCH (\d+)/.exec(command)?.[1])
        const mail = mails[uid - 1] ?? Buffer.alloc(0)
        socket.write(`* ${uid} FETCH (UID ${uid} BODY[]<0> {${mail.length}}\r\n`)
        socket.write(mail)
        say(')')
      }
      if (name === 'LOGOUT') say('* BYE')
      say(`${tag} ${outcome}`)
      if (name === 'LOGOUT') socket.end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return { port: (server.address() as AddressInfo).port, commands }
}
