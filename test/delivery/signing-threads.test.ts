import { spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { SigningThreads } from '../../src/delivery/signing-threads.ts'
import { AskedThread } from '../../src/threads/asked-thread.ts'
import { repository } from '../support/run-cli.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const texts = Array.from({ length: 400 }, (_, number) => `to:r${number}@x.example\r\nsubject:Gr\xc3\xbc\xc3\x9fe`)

describe('signing threads', () => {
  it('make the octets the thread pool makes, each for whoever asked', async () => {
    const threads = new SigningThreads(privateKey)
    const expected = texts.map((text) => sign('sha256', Buffer.from(text, 'latin1'), privateKey).toString('base64'))
    // All at once, so that the first are made in the pool and the others in a thread.
    expect(await Promise.all(texts.map((text) => threads.sign(text)))).toEqual(expected)
    expect(threads.started).toBeGreaterThan(0)
    // Octets are meant, not characters: what is no latin1 would be another text.
    expect(await threads.sign('\xe4')).toBe(sign('sha256', Buffer.from([0xe4]), privateKey).toString('base64'))
  })

  it('cost nobody a copy when they end: the pool makes the rest', async () => {
    const asked = vi.spyOn(AskedThread.prototype, 'ask').mockRejectedValue(new Error('The thread has ended'))
    onTestFinished(() => asked.mockRestore())
    const threads = new SigningThreads(privateKey)
    const made = await Promise.all(texts.map((text) => threads.sign(text)))
    expect(asked).toHaveBeenCalledTimes(texts.length - 256)
    expect(made[399]).toBe(sign('sha256', Buffer.from(texts[399] ?? '', 'latin1'), privateKey).toString('base64'))
  })

  it('keep no process alive that has nothing to wait for', async () => {
    const program = `
      import { generateKeyPairSync } from 'node:crypto'
      import { SigningThreads } from ${JSON.stringify(path.join(repository, 'src/delivery/signing-threads.ts'))}
      const threads = new SigningThreads(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
      const made = await Promise.all(Array.from({ length: 300 }, (_, number) => threads.sign(String(number))))
      process.stdout.write(threads.started + ' ' + made.length)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.on('data', (text: Buffer) => {
      said += text
    })
    const killed = setTimeout(() => child.kill('SIGKILL'), 20_000)
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(killed)
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/^[12] 300$/) })
  })
})
