import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type CronLine, cronLines } from '../delivery/cron.ts'
import { clocksOf, wavesOf } from '../delivery/waves.ts'
import { milliseconds } from '../edition/duration.ts'
import { publicationSchema } from '../edition/publication.ts'
import { datesFrom, isPublishingDay } from '../edition/publishing-days.ts'
import { readPublication } from '../edition/read.ts'
import { validate } from '../edition/validate.ts'
import { isError } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { parseYaml } from '../yaml/parse.ts'
import { sourceFrom } from '../yaml/source.ts'
import { openAudience } from './audience.ts'
import { type Context, printJson } from './command.ts'
import { githubWorkflows, gitlabPipeline } from './scaffold-ci.ts'
import { type Beginnings, broadsheetYaml, publicationFiles } from './scaffold-publication.ts'

const SCHEMAS = path.join(import.meta.dirname, '..', '..', 'schemas')

export interface InitOptions {
  ci?: 'github' | 'gitlab' | undefined
  name?: string | undefined
  from?: string | undefined
  timezone?: string | undefined
  language?: string | undefined
  url?: string | undefined
}

/** Asks at a terminal; null where there is none. */
export type Ask = ((question: string, proposal: string) => Promise<string>) | null

/**
 * `init [dir]`: a publication that passes `check`, in an empty folder or beside what is there. Nothing is written over:
 * with a publication in the folder only what is asked for is added.
 */
export async function init(context: Context, dir: string, options: InitOptions, ask: Ask): Promise<number> {
  const written: string[] = []
  const left: string[] = []
  const put = async (files: ReadonlyMap<string, string>): Promise<void> => {
    for (const [name, text] of files) {
      const file = path.join(dir, name)
      await mkdir(path.dirname(file), { recursive: true })
      try {
        await writeFile(file, text, { flag: 'wx' })
        written.push(name)
      } catch (caught) {
        if ((caught as NodeJS.ErrnoException).code !== 'EEXIST') throw caught
        left.push(name)
      }
    }
  }
  const exists = (await readFile(path.join(dir, 'broadsheet.yaml')).catch(() => null)) !== null
  if (exists && options.ci === undefined)
    throw new UserError(
      'publication-exists',
      `There is a publication in ${dir} already. Nothing was written.`,
      'Add workflow files with  --ci github  or  --ci gitlab, or name another folder.',
    )
  if (!exists) {
    await put(publicationFiles(await beginnings(context, options, ask)))
    await cp(SCHEMAS, path.join(dir, 'schemas'), { recursive: true, force: false })
  }
  if (options.ci !== undefined) {
    const lines = await linesFor(dir, context)
    await put(options.ci === 'github' ? githubWorkflows(lines) : gitlabPipeline(lines))
  }
  if (context.json) printJson(context, { written, left })
  else {
    context.stdout.write(written.map((name) => `wrote ${name}\n`).join(''))
    if (left.length > 0) context.stderr.write(`Left as they were: ${left.join(', ')}.\n`)
    context.stdout.write(exists ? '' : NEXT)
  }
  return exitCodes.fine
}

const NEXT = `
Next:
  npm install                 get Broadsheet into the folder
  npx broadsheet preview      look at the first edition while you write over it
  npx broadsheet send         rehearse: copies go into outbox/, nobody gets mail
  README.md                   the rest, up to the first real morning
`

async function beginnings(context: Context, options: InitOptions, ask: Ask): Promise<Beginnings> {
  const answer = async (given: string | undefined, question: string, proposal: string): Promise<string> =>
    given ?? (ask === null ? proposal : (await ask(question, proposal)).trim() || proposal)
  const name = await answer(options.name, 'What is it called?', 'The Morning Digest')
  const sender = name.replace(/[<>"\\]/g, '').trim()
  const from = await answer(options.from, 'Who sends it?', `${sender} <digest@example.org>`)
  const zone = await answer(
    options.timezone,
    'In which time zone is it made?',
    Intl.DateTimeFormat().resolvedOptions().timeZone,
  )
  const language = await answer(options.language, 'In which language?', 'en-GB')
  const url = await answer(options.url, 'Where is its site?', 'https://example.org')
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  const manifest = path.join(import.meta.dirname, '..', '..', 'package.json')
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  const begin = {
    name,
    from,
    timezone: zone,
    language,
    url: url.replace(/\/+$/, ''),
    id: id === '' ? 'digest' : id,
    version,
  }
  refuseUnusable(begin)
  return { ...begin, today: context.now.setZone(zone).toFormat('yyyy-MM-dd') }
}

/** What the schema would say of broadsheet.yaml is said before there is one, of the option it came from. */
function refuseUnusable(begin: Omit<Beginnings, 'today'>): void {
  const { tree, findings } = parseYaml(sourceFrom(broadsheetYaml({ ...begin, today: '' }), 'broadsheet.yaml'))
  const inFields = tree === null ? [] : validate(publicationSchema, tree, [], tree.root).findings
  const [problem] = [...findings, ...inFields].filter(isError)
  if (problem === undefined) return
  const key = (['name', 'from', 'timezone', 'language', 'url'] as const).find(
    (one) => tree?.placeOf([one]).line === problem.line,
  )
  throw new UserError(
    'bad-option',
    key === undefined ? problem.message : `--${key} ${begin[key]}: ${problem.message}`,
    `${problem.hint} Nothing was written.`,
  )
}

/** For the audience as it is. */
async function linesFor(dir: string, context: Context): Promise<CronLine[]> {
  const { publication } = await readPublication(dir)
  if (publication === null)
    throw new UserError('bad-publication', `broadsheet.yaml in ${dir} cannot be used.`, 'Run  broadsheet check  there.')
  const audience = await openAudience({ ...context, root: dir }, publication)
  const clocks = await clocksOf(audience.rows(), publication)
  await audience.close()
  const days = datesFrom(context.now.toFormat('yyyy-MM-dd'), 366).filter((date) => isPublishingDay(date, publication))
  const instants = days.flatMap((date) => wavesOf(clocks, date).map((wave) => wave.at))
  return cronLines(instants, milliseconds(publication.deliverWithin))
}
