import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { repository } from './support/run-cli.ts'

/** Design, section 4: a file imports only from a lower rank, and folders of one rank never import each other. */
const RANKS: Record<string, number> = {
  cli: 7,
  commands: 6,
  preview: 5,
  public: 5,
  config: 5,
  check: 4,
  delivery: 4,
  archive: 4,
  bounces: 4,
  render: 3,
  audience: 2,
  import: 2,
  images: 2,
  edition: 1,
  ledger: 1,
  problems: 0,
  network: 0,
  threads: 0,
  yaml: 0,
}

interface SourceFile {
  /** Relative to src, as in render/compile.ts. */
  name: string
  text: string
  /** The same for each file it imports. */
  imports: string[]
}

async function sourceFiles(): Promise<SourceFile[]> {
  const src = path.join(repository, 'src')
  const names = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.ts')).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(src, name), 'utf8')
      const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
        path.posix.normalize(path.posix.join(path.posix.dirname(name), match[1] ?? '')),
      )
      return { name, text, imports: found }
    }),
  )
}

const place = (name: string): string => (name.includes('/') ? (name.split('/')[0] ?? '') : name.replace(/\.ts$/, ''))

/** problems and yaml share the lowest rank; yaml speaks in findings, so that one arrow is allowed. */
const allowed = (from: string, to: string): boolean =>
  from === to || (from === 'yaml' && to === 'problems') || (RANKS[to] ?? 99) < (RANKS[from] ?? -1)

describe('the shape of src/', () => {
  it('has a rank for every folder, and arrows that point down only', async () => {
    const files = await sourceFiles()
    expect(files.length).toBeGreaterThan(40)
    const wrong = files.flatMap((file) =>
      file.imports.filter((to) => !allowed(place(file.name), place(to))).map((to) => `${file.name} -> ${to}`),
    )
    expect(wrong).toEqual([])
    expect(files.map((file) => place(file.name)).filter((one) => RANKS[one] === undefined)).toEqual([])
  })

  it('imports only files that exist, by name and extension', async () => {
    const files = await sourceFiles()
    const names = new Set([...files.map((file) => file.name), 'check/client-facts.json'])
    expect(
      files.flatMap((file) => file.imports.filter((to) => !names.has(to)).map((to) => `${file.name} -> ${to}`)),
    ).toEqual([])
  })

  it('has no cycles', async () => {
    const files = new Map((await sourceFiles()).map((file) => [file.name, file.imports]))
    const done = new Set<string>()
    const walk = (name: string, trail: string[]): string[] => {
      if (trail.includes(name)) return [[...trail.slice(trail.indexOf(name)), name].join(' -> ')]
      if (done.has(name)) return []
      const found = (files.get(name) ?? []).flatMap((to) => walk(to, [...trail, name]))
      done.add(name)
      return found
    }
    expect([...files.keys()].flatMap((name) => walk(name, []))).toEqual([])
  })

  it('keeps files to 350 lines and names them for what they own', async () => {
    const files = await sourceFiles()
    expect(files.filter((file) => file.text.split('\n').length > 350).map((file) => file.name)).toEqual([])
    expect(
      files
        .filter((file) => /(^|\/)(utils?|helpers?|common|misc|lib|index)(\.ts|\/)/.test(file.name))
        .map((file) => file.name),
    ).toEqual([])
  })

  it('touches the clock, the environment and the process at the rim only', async () => {
    const files = await sourceFiles()
    const inside = files.filter((file) => (RANKS[place(file.name)] ?? 0) < 5)
    const offenders = inside.flatMap((file) =>
      [
        /process\.env/,
        /process\.(stdout|stderr|exit)/,
        /console\./,
        /Date\.now\(/,
        /new Date\(\)/,
        /DateTime\.(now|utc|local)\(\)/,
      ]
        .filter((pattern) => pattern.test(file.text))
        .map((pattern) => `${file.name}: ${pattern}`),
    )
    expect(offenders).toEqual([])
  })
})

describe('the documents', () => {
  it('name only files that exist', async () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      ...(await readdir(path.join(repository, 'docs'), { recursive: true }))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ]
    const missing: string[] = []
    for (const page of pages) {
      const text = await readFile(path.join(repository, page), 'utf8')
      const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map((match) =>
        path.join(path.dirname(page), match[1] ?? ''),
      )
      const code = [...text.matchAll(/`((?:src|test|scripts|bench|templates|docs|schemas)\/[\w./-]+\.\w+)`/g)].map(
        (match) => match[1] ?? '',
      )
      for (const name of [...links, ...code].filter((one) => !one.startsWith('templates/mine/'))) {
        const there = await readFile(path.join(repository, name)).then(
          () => true,
          async () => (await readdir(path.join(repository, name)).catch(() => null)) !== null,
        )
        if (!there) missing.push(`${page}: ${name}`)
      }
    }
    expect(missing).toEqual([])
  })
})
