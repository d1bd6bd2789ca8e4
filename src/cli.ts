import path from 'node:path'
import { Command, Option } from 'commander'
import type { Context } from './commands/command.ts'
import { complain } from './commands/complain.ts'
import { days, duration, integer, rate } from './commands/option-values.ts'
import { exitCodes, UserError } from './problems/user-error.ts'

/**
 * Argv in, exit code out. The table of commands stands here; each command's module is loaded when it is called, so that
 * `--help` stays instant. Together with bin.js the only file that touches the process.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
  // Whoever reads us may have read enough, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.fine)
    throw error
  })
  try {
    process.exitCode = await run(argv)
  } catch (caught) {
    process.exitCode = complain(caught, json)
  }
}

const EXIT_TABLE = `
Exit codes:
  0   fine
  1   findings with severity error
  2   wrong usage or configuration
  3   this run left deliveries not accepted (rejected, deferred), or unknown ones are open
  70  a bug in Broadsheet

Without --live nothing leaves this machine: mail goes to outbox/.`

async function run(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.fine
  const abort = new AbortController()
  const program = new Command('broadsheet')
  program
    .description('Newsletter-as-code: digests in YAML, checked, previewed, and delivered once.')
    .version(await version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'say what a command does')
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText('after', EXIT_TABLE)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })

  const command = (usage: string, description: string): Command =>
    program
      .command(usage)
      .description(description)
      .helpOption('-h, --help', 'say what this command does')
      .option('--root <dir>', "the publication's folder", '.')
      .option('--json', 'one JSON document on stdout, nothing else', false)
      .addOption(new Option('--now <instant>', 'rehearse as if it were this instant, as in 2024-12-19T06:00Z'))
      .addHelpText('after', EXIT_TABLE)
      .exitOverride()
      .configureOutput({ writeErr: () => {}, outputError: () => {} })

  command('init [dir]', 'begin a publication that passes `check`, or add workflow files to one')
    .addOption(new Option('--ci <service>', 'write workflow files').choices(['github', 'gitlab']))
    .option('--name <name>', 'what it is called')
    .option('--from <mailbox>', 'who sends it, as in "The Digest <digest@example.org>"')
    .option('--timezone <zone>', 'where it is made, as in Europe/London')
    .option('--language <tag>', 'its language, as in en-GB')
    .option('--url <url>', 'where its site is')
    .action(async (dir: string | undefined, options) => {
      const { init } = await import('./commands/init.ts')
      const context = await contextOf(options, abort.signal)
      exitCode = await init(context, dir === undefined ? context.root : path.resolve(dir), options, terminal())
    })

  command('new [date]', 'begin the next edition, as a draft').action(async (date: string | undefined, options) => {
    const { newDay } = await import('./commands/new.ts')
    exitCode = await newDay(await contextOf(options, abort.signal), date ?? null)
  })

  command('check [editions...]', 'say everything there is to say about an edition (latest by default)')
    .option('--all', 'every edition in digests/', false)
    .option('--since <ref>', 'only what differs from a branch, tag or commit of git')
    .addOption(
      new Option('--format <format>', 'how it is said')
        .choices(['text', 'json', 'github', 'sarif', 'junit', 'markdown'])
        .default('text'),
    )
    .option('--fix', 'mend what is safe in the YAML: missing quotes, double spaces, composed letters, lang', false)
    .option('--links', 'ask every link and picture of the web once', false)
    .option('--max-warnings <number>', 'more warnings than this count as an error', integer(0, 1_000_000))
    .option('--explain <code>', 'say what a code means, and nothing else')
    .action(async (editions: string[], options) => {
      if (options.explain !== undefined) {
        const { explain } = await import('./commands/explain.ts')
        exitCode = explain(await contextOf(options, abort.signal), options.explain)
        return
      }
      const { check } = await import('./commands/check.ts')
      exitCode = await check(await contextOf(options, abort.signal), editions, options)
    })

  command('build [edition]', 'write dist/<date>/email.{mjml,html,txt,eml} and the pictures')
    .option('--out <dir>', 'write there instead')
    .option('--review', 'write review.html instead: the whole view in one file, for reviewers', false)
    .action(async (edition: string | undefined, options) => {
      const { build } = await import('./commands/build.ts')
      exitCode = await build(await contextOf(options, abort.signal), edition ?? 'latest', options)
    })

  command('preview [edition]', 'show the newest edition in the browser, and repaint on save')
    .option('--port <number>', 'the port', integer(0, 65535), 4747)
    .option('--host <address>', 'the address to listen on', 'localhost')
    .option('--open', 'open the browser', false)
    .option('--editor <address>', 'the address of a line in your editor, with {file}, {line} and {column}')
    .action(async (edition: string | undefined, options) => {
      const { preview } = await import('./commands/preview.ts')
      exitCode = await preview(await contextOf(options, stopOnSignals(abort)), edition ?? null, options)
    })

  command('send [edition]', 'deliver to everyone not yet served: into outbox/, or with --live to the mail server')
    .option('--live', 'really send, through SMTP_URL; wants a date or `today`', false)
    .option('--dry-run', 'count, and write nothing', false)
    .option(
      '--to <address>',
      'send a proof to this address instead (repeatable)',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option('--connections <number>', 'connections to the mail server', integer(1, 100), 4)
    .option('--require-edition', 'a missing edition for today is an error', false)
    .addOption(new Option('--retry <state>', 'first put these back to be sent again').choices(['rejected', 'unknown']))
    .option('--amended', 'send a changed edition to who is left, though others have the earlier one', false)
    .option(
      '--due',
      'only who is due at their own time; without an edition, every edition that is due somewhere',
      false,
    )
    .option(
      '--wait <duration>',
      'stay so long (as in 90m) and release each copy at its instant; implies --due',
      duration,
      null,
    )
    .option('--notify <url>', 'POST the counts to this webhook when done')
    .option('--first <number>', 'only so many for now, to see how they fare', integer(1, 100_000_000), null)
    .option('--rate <number/s>', 'at most so many a second', rate, null)
    .option('--enqueue', 'plan, and leave the delivering to workers (`work`); wants DATABASE_URL', false)
    .option('--force <reason>', 'with --live: send in spite of errors that harm no reader; the reason is kept')
    .action(async (edition: string | undefined, options) => {
      if (options.live && options.now !== undefined)
        throw new UserError(
          'now-and-live',
          '--now rehearses, --live sends; they do not go together.',
          'Leave one of them out.',
        )
      const { send } = await import('./commands/send.ts')
      exitCode = await send(await contextOf(options, stopOnSignals(abort)), edition ?? null, options)
    })

  command('work', 'deliver batches from the queue in PostgreSQL, until stopped; run as many as you like')
    .option('--connections <number>', 'connections to the mail servers', integer(1, 200), 10)
    .option('--metrics-port <number>', 'tell Prometheus metrics and health there', integer(0, 65535), null)
    .option('--metrics-host <address>', 'the address they are told on', '127.0.0.1')
    .option('--until-empty', 'end when nothing is in the queue any more', false)
    .action(async (options) => {
      if (options.now !== undefined)
        throw new UserError('now-and-live', '--now rehearses, and workers really send.', 'Leave it out.')
      const { work } = await import('./commands/work.ts')
      exitCode = await work(await contextOf(options, stopOnSignals(abort)), options)
    })

  command('doctor', 'is everything right that a morning needs: server, login, DNS, way out, clock').action(
    async (options) => {
      const { doctor } = await import('./commands/doctor.ts')
      exitCode = await doctor(await contextOf(options, abort.signal))
    },
  )

  command('serve', 'the public pages: one-click unsubscribe, preferences, sign-up with confirmation')
    .option('--port <number>', 'the port', integer(0, 65535), 4748)
    .option('--host <address>', 'the address to listen on; behind a proxy on this machine leave it', 'localhost')
    .option('--metrics-port <number>', 'tell Prometheus metrics and health there', integer(0, 65535), null)
    .option('--metrics-host <address>', 'the address they are told on', '127.0.0.1')
    .action(async (options) => {
      const { serve } = await import('./commands/serve.ts')
      exitCode = await serve(await contextOf(options, stopOnSignals(abort)), options)
    })

  command('schedule', 'the coming days: editions, waves of subscribers, instants, changes of the clocks')
    .option('--days <number>', 'how many days', integer(1, 60), 7)
    .option('--cron', 'print the lines that run `send --due` for this audience', false)
    .action(async (options) => {
      const { schedule } = await import('./commands/schedule.ts')
      exitCode = await schedule(await contextOf(options, abort.signal), options)
    })

  command('status [edition]', 'what the ledger knows: counts, who and why, and what to do next')
    .option('--list', 'a line for each subscriber', false)
    .option('--csv', 'the same as CSV', false)
    .option('--watch', 'go on showing counts, rate, waves and workers until everything is settled', false)
    .option('--outbox', "the rehearsal's ledger", false)
    .action(async (edition: string | undefined, options) => {
      const { status } = await import('./commands/status.ts')
      const signal = options.watch ? stopOnSignals(abort) : abort.signal
      exitCode = await status(await contextOf(options, signal), edition ?? 'latest', options)
    })

  command(
    'bounces <source>',
    'returned mail into the ledger: a file, folder, maildir, mbox, imaps://user@host/INBOX, or - for a pipe',
  )
    .option('--dry-run', 'say what each mail means, and change nothing', false)
    .option('--since <days>', 'of a mailbox on a server: what came in so many days, as in 7d', days, 45)
    .action(async (source: string, options) => {
      const { bounces } = await import('./commands/bounces.ts')
      exitCode = await bounces(await contextOf(options, abort.signal), source, options, process.stdin)
    })

  command('reconcile <edition>', 'settle unknown deliveries by evidence')
    .option('--log <file>', "a mail server's log (Postfix, Exim), or a list of Message-IDs")
    .option('--accepted <address...>', 'these were accepted', [])
    .option('--not-accepted <address...>', 'these were not, and are to be sent again', [])
    .action(async (edition: string, options) => {
      const { reconcile } = await import('./commands/reconcile.ts')
      exitCode = await reconcile(await contextOf(options, abort.signal), edition, options)
    })

  for (const [name, held, about] of [
    ['hold', true, 'stop every sender of an edition'],
    ['release', false, 'let an edition on hold go on'],
  ] as const)
    command(`${name} <edition>`, about).action(async (edition: string, options) => {
      const { hold } = await import('./commands/hold.ts')
      exitCode = await hold(await contextOf(options, abort.signal), edition, held)
    })

  command('subscribers <import|export|list|show> [who]', 'the audience and its home in the database')
    .addOption(
      new Option('--state <state>', 'list: only those in this state').choices([
        'active',
        'inactive',
        'unsubscribed',
        'suppressed',
        'paused',
        'deleted',
      ]),
    )
    .action(async (what: string, who: string | undefined, options) => {
      const { exportAll, importFile, list, showOne } = await import('./commands/subscribers.ts')
      const context = await contextOf(options, abort.signal)
      if (what === 'import' && who !== undefined) exitCode = await importFile(context, who)
      else if (what === 'export' && who === undefined) exitCode = await exportAll(context)
      else if (what === 'list' && who === undefined) exitCode = await list(context, options.state ?? null)
      else if (what === 'show' && who !== undefined) exitCode = await showOne(context, who)
      else
        throw new UserError(
          'usage',
          'subscribers wants  import FILE,  export,  list  or  show ADDRESS.',
          'See  broadsheet subscribers --help.',
        )
    })

  command(
    'ledger <backup|purge|move> [file]',
    'copy the ledger to a file; forget old editions; carry a file over into DATABASE_URL',
  )
    .option('--older <days>', 'purge: editions first planned before that, as in 90d', days)
    .action(async (what: string, file: string | undefined, options) => {
      const { backupLedger, moveLedger, purgeLedger } = await import('./commands/ledger-upkeep.ts')
      const context = await contextOf(options, abort.signal)
      if (what === 'backup' && file !== undefined) exitCode = await backupLedger(context, file)
      else if (what === 'purge' && options.older !== undefined) exitCode = await purgeLedger(context, options.older)
      else if (what === 'move') exitCode = await moveLedger(context, file ?? null)
      else
        throw new UserError(
          'usage',
          'ledger wants  backup FILE,  purge --older 90d  or  move [FILE].',
          'See  broadsheet ledger --help.',
        )
    })

  if (argv.length === 0) {
    program.outputHelp()
    return exitCodes.usage
  }
  await program.parseAsync([...argv], { from: 'user' })
  return exitCode
}

/** The rim: folder, clock, environment and streams, opened once and passed down. */
async function contextOf(
  options: { root: string; json: boolean; now?: string },
  signal: AbortSignal,
): Promise<Context> {
  const { DateTime } = await import('luxon')
  const now = options.now === undefined ? DateTime.utc() : DateTime.fromISO(options.now, { setZone: true })
  if (!now.isValid || (options.now !== undefined && !/(Z|[+-]\d{2}:?\d{2})$/.test(options.now))) {
    throw new UserError(
      'bad-now',
      `"${options.now}" is not an instant.`,
      'Write date, time and offset, as in 2024-12-19T06:00Z.',
    )
  }
  const output = (stream: NodeJS.WriteStream) => ({
    write: (text: string) => void stream.write(text),
    isTerminal: stream.isTTY === true && process.env['NO_COLOR'] === undefined,
  })
  return {
    root: path.resolve(options.root),
    json: options.json,
    now,
    environment: process.env,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    signal,
  }
}

/** Ctrl-C stops what runs until stopped; a second one ends the process. */
/** Questions are asked only where somebody can answer. */
function terminal(): ((question: string, proposal: string) => Promise<string>) | null {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null
  return async (question, proposal) => {
    const { createInterface } = await import('node:readline/promises')
    const lines = createInterface({ input: process.stdin, output: process.stdout })
    try {
      return await lines.question(`${question} (${proposal}) `)
    } finally {
      lines.close()
    }
  }
}

function stopOnSignals(abort: AbortController): AbortSignal {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort())
  return abort.signal
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version
}
