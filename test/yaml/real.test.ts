import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { placed, sharedReal } from '../support/publication.ts'
import { readYaml } from './read-yaml.ts'

/** Real mistakes from other people's issue trackers; they stand beside the repository and never in it. */
const folder = path.join(sharedReal, 'yaml')
const there = existsSync(folder)
if (!there) console.info(`Skipped: there are no real YAML files in ${path.relative(process.cwd(), folder)}.`)

interface RealMistake {
  source: string
  mistake: string
  yaml: string
  observed_yaml_2_9_1: { errors: { line: number }[]; value?: unknown[] }
}

const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')
const mistakes: RealMistake[] = there ? JSON.parse(read('editor-mistakes.json')) : []

describe.skipIf(!there)('a real mistake', () => {
  it.each(mistakes)('of $source ($mistake) is reported on its line, with quotes, or kept as typed', (one) => {
    const { value, findings } = readYaml(one.yaml)
    const [expected] = one.observed_yaml_2_9_1.errors
    if (expected === undefined) {
      expect(findings).toEqual([])
      expect([value]).toEqual(one.observed_yaml_2_9_1.value)
      return
    }
    const typed = one.yaml.split('\n')[expected.line - 1] ?? ''
    const text = typed.replace(/^\w+ ?: /, '')
    expect(findings.map((each) => each.line)).toEqual([expected.line])
    expect(findings[0]?.hint).toMatch(/in quotes: {2}\w+: ["']/)
    expect(findings[0]?.hint).toContain(text)
    expect(findings[0]?.place?.text).toBe(typed)
    expect(Object.values(value as object)).toContain(text)
  })

  it('of a billion laughs is refused at once (300 ms aimed at, three times that allowed)', () => {
    const bomb = read('billion-laughs.yml')
    readYaml(bomb)
    const started = performance.now()
    const { value, findings } = readYaml(bomb)
    expect(performance.now() - started).toBeLessThan(900)
    expect(value).toBeNull()
    expect(findings.map(placed)).toEqual(['1:1 yaml-alias-bomb'])
  })
})
