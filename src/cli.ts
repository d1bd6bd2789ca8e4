import path from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Context } from './commands/command.ts'
import { exitCodes, UserError } from './problems/user-error.ts'

/**
 * Argv in, exit code out. The table of commands stands here; each command's module is loaded when it is called, so that
 * `--help` stays instant. Together with bin.js the only file that touches the process.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
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

  command('doctor', 'is everything right that a morning needs: server, login, DNS, way out, clock').action(
    async (options) => {
      const { doctor } = await import('./commands/doctor.ts')
      exitCode = await doctor(await contextOf(options, abort.signal))
    },
  )

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
    .option('--outbox', "the rehearsal's ledger", false)
    .action(async (edition: string | undefined, options) => {
      const { status } = await import('./commands/status.ts')
      exitCode = await status(await contextOf(options, abort.signal), edition ?? 'latest', options)
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

  command('ledger <backup|purge> [file]', 'copy the ledger to a file; forget old editions')
    .option('--older <days>', 'purge: editions first planned before that, as in 90d', days)
    .action(async (what: string, file: string | undefined, options) => {
      const { backupLedger, purgeLedger } = await import('./commands/ledger-upkeep.ts')
      const context = await contextOf(options, abort.signal)
      if (what === 'backup' && file !== undefined) exitCode = await backupLedger(context, file)
      else if (what === 'purge' && options.older !== undefined) exitCode = await purgeLedger(context, options.older)
      else
        throw new UserError(
          'usage',
          'ledger wants  backup FILE  or  purge --older 90d.',
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

/** "90d": days. */
function days(text: string): number {
  const number = Number(/^(\d+)d$/.exec(text)?.[1] ?? Number.NaN)
  if (!(number > 0)) throw new InvalidArgumentError('Write it as 90d.')
  return number
}

/** "50/s", "50" or "600/m": copies a second. */
function duration(text: string): string {
  if (!/^\d{1,5}[smh]$/.test(text)) throw new InvalidArgumentError('Write a duration as in 90m or 2h.')
  return text
}

function rate(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(text) ?? []
  const value = Number(number) / ({ s: 1, m: 60, h: 3600 }[unit] ?? 1)
  if (!(value > 0)) throw new InvalidArgumentError('Write it as 50/s, 600/m or 2000/h.')
  return value
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
  // Whoever reads us may have read enough, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.fine)
    throw error
  })
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

function integer(least: number, most: number) {
  return (value: string): number => {
    const number = Number(value)
    if (!Number.isInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`)
    return number
  }
}

/** Prints what went wrong and returns the exit code: a line and a hint for operators, a stack for bugs. */
function complain(caught: unknown, json: boolean): number {
  if (caught instanceof CommanderError) {
    if (caught.exitCode === 0) return exitCodes.fine
    const [message = '', ...rest] = caught.message.replace(/^error: /, '').split('\n')
    return print(
      'usage',
      message,
      rest.join(' ').trim() || 'broadsheet --help lists commands and options.',
      exitCodes.usage,
      json,
    )
  }
  if (caught instanceof UserError) return print(caught.code, caught.message, caught.hint, caught.exitCode, json)
  const error = caught instanceof Error ? caught : new Error(String(caught))
  process.stderr.write(`This is a bug in Broadsheet; nothing you wrote should do this.\n${error.stack}\n`)
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code: 'bug', message: error.message, hint: 'Please report it with the stack on stderr.' } })}\n`,
    )
  return exitCodes.bug
}

function print(code: string, message: string, hint: string, exitCode: number, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } }, null, 2)}\n`)
  else process.stderr.write(`${message}\n${hint}\n`)
  return exitCode
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version
}
