import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DateTime } from 'luxon'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryPublication } from '../../scripts/temporary-publication.ts'
import { compose, fill, recipientFor } from '../../src/delivery/message.ts'
import { readPublication } from '../../src/edition/read.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'

const TEMPLATES = ['broadsheet', 'bulletin', 'wire']

/** The message as a mail server would hand it to a filter: with the line it came in by. */
async function received(template: string): Promise<Buffer> {
  const { folder, remove } = await temporaryPublication({ keys: { template } })
  try {
    const { publication } = await readPublication(folder)
    if (publication === null) throw new Error('no publication')
    const { prepared } = await prepareEdition(folder, '2026-11-20', publication)
    const { compiled } = prepared === null ? { compiled: null } : await compileFor(prepared)
    if (compiled === null) throw new Error('nothing compiled')
    const message = compose(compiled, publication)
    const subscriber = {
      id: 'abcdefghij234567klmn',
      email: 'ada@readers.example',
      addressHash: '',
      name: 'Ada',
      topics: [],
      status: 'active',
      extra: {},
      line: 2,
    }
    const now = DateTime.utc()
    const { raw } = await fill(
      message,
      recipientFor(message, subscriber, now, { keys: ['a-secret-of-the-tests-only'] }),
    )
    const trace = `Received: from mail.morning.example (mail.morning.example [93.184.216.34])\r\n\tby mx.readers.example with ESMTPS id 1; ${now.toRFC2822()}\r\n`
    return Buffer.concat([Buffer.from(trace), raw])
  } finally {
    await remove()
  }
}

function installed(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    console.log(
      `${program} is not installed here: its scores are not checked in this run. (apt-get install ${program})`,
    )
    return false
  }
}

/** Rules about the network, the trace we made up and our missing DKIM key say nothing about the content. */
const NOT_CONTENT =
  /^(DKIM|SPF|ARC|DMARC|RCVD|RECEIVED|R_SPF|R_DKIM|FROM_|TO_|MIME_TRACE|ASN|HFILTER|RBL|DATE_IN|ALL_TRUSTED|NO_RE|UNPARSEABLE|T_|MISSING_XM|RCPT|FUZZY|ONCE_RECEIVED|DIRECT|MID_|HAS_|REPLYTO|PREVIOUSLY|ENVFROM|NEURAL|BAYES|SINGLE|FORGED|AUTH_NA|DWL|URIBL|MAILLIST|PRECEDENCE)/

describe.skipIf(!installed('spamassassin'))('SpamAssassin', () => {
  it('finds nothing in the content of any template', { timeout: 120_000 }, async () => {
    for (const template of TEMPLATES) {
      const report = execFileSync('spamassassin', ['--local', '--test-mode', '--cf=report_safe 0'], {
        input: await received(template),
        encoding: 'utf8',
        maxBuffer: 1e8,
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      const lines = [...report.matchAll(/^\s+(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)\s/gm)].map(([, score, rule]) => ({
        rule: rule ?? '',
        score: Number(score),
      }))
      const header = /tests=([^\n]*(?:\n\s+[^\n]*)*?)\s+autolearn/.exec(report)?.[1]?.replace(/\s+/g, '') ?? ''
      console.log(`SpamAssassin, ${template}: ${header}`)
      expect(header + lines.map((one) => one.rule).join()).not.toBe('')
      expect({ template, points: lines.filter((one) => one.score > 0 && !NOT_CONTENT.test(one.rule)) }).toEqual({
        template,
        points: [],
      })
    }
  })
})

describe.skipIf(!installed('rspamd'))('rspamd', () => {
  const port = 21_333
  let folder = ''
  let server: ReturnType<typeof spawn> | undefined

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'rspamd-'))
    const config = path.join(folder, 'rspamd.conf')
    writeFileSync(
      config,
      `.include "/etc/rspamd/common.conf"\noptions { pidfile = "${folder}/pid"; filters = "chartable,dkim,regexp,fuzzy_check"; dns { nameserver = ["127.0.0.1:1:1"]; timeout = 0.1s; retransmits = 1; } hs_cache_dir = "${folder}"; rundir = "${folder}"; control_socket = "${folder}/control mode=0600"; history_file = ""; disable_monitoring = true; }\nlogging { type = "console"; level = "error"; }\nworker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }\nworker "controller" { enabled = false; }\n`,
    )
    server = spawn(
      'rspamd',
      ['--insecure', '-f', '-c', config, '--var', `DBDIR=${folder}`, '--var', `RUNDIR=${folder}`],
      { stdio: 'ignore' },
    )
    for (let tries = 0; tries < 300; tries++) {
      const up = await fetch(`http://127.0.0.1:${port}/ping`).then(
        (answer) => answer.ok,
        () => false,
      )
      if (up) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('rspamd did not start')
  })

  afterAll(async () => {
    if (server !== undefined) {
      const ended = new Promise((resolve) => server?.once('exit', resolve))
      server.kill('SIGTERM')
      await ended
    }
    // Its workers may still be writing their caches when the parent is gone.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  })

  it('gives no positive symbol to the content of any template', { timeout: 120_000 }, async () => {
    for (const template of TEMPLATES) {
      const answer = await fetch(`http://127.0.0.1:${port}/checkv2`, {
        method: 'POST',
        body: new Uint8Array(await received(template)),
      })
      const { symbols } = (await answer.json()) as { symbols: Record<string, { name: string; score: number }> }
      const all = Object.values(symbols)
      console.log(`rspamd, ${template}: ${all.map((one) => `${one.name}(${one.score})`).join(' ')}`)
      expect(all.length).toBeGreaterThan(3)
      expect({ template, positive: all.filter((one) => one.score > 0 && !NOT_CONTENT.test(one.name)) }).toEqual({
        template,
        positive: [],
      })
    }
  })
})
