import { describe, expect, it } from 'vitest'
import { placedAll } from '../support/publication.ts'
import { readYaml } from './read-yaml.ts'

/** Milliseconds of the fastest of three readings: a noisy machine slows some, never speeds one up. */
function fastest(text: string): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const started = performance.now()
      readYaml(text)
      return performance.now() - started
    }),
  )
}

describe('a reference', () => {
  it('stands for what it names, as often as it is used', () => {
    const { value, findings } = readYaml('a: &agency PA Wire\nb: *agency\nc: [*agency, *agency]\n')
    expect(findings).toEqual([])
    expect(value).toEqual({ a: 'PA Wire', b: 'PA Wire', c: ['PA Wire', 'PA Wire'] })
  })

  it('may stand for a group of keys', () => {
    const { value, findings } = readYaml('a: &image\n  alt: A dot\nb: *image\n')
    expect(findings).toEqual([])
    expect(value).toEqual({ a: { alt: 'A dot' }, b: { alt: 'A dot' } })
  })

  it('stands for the nearest one above it when a name is given twice', () => {
    expect(readYaml('a: &x one\nb: *x\nc: &x two\nd: *x\n').value).toEqual({ a: 'one', b: 'one', c: 'two', d: 'two' })
  })

  it('to nothing is text that lacks its quotes', () => {
    const { value, findings } = readYaml('a: *x\nb: &x y\nc: &unused z\n')
    expect(placedAll(findings)).toEqual(['1:4 yaml-anchor', '2:4 yaml-anchor', '3:4 yaml-anchor'])
    expect(value).toEqual({ a: '*x', b: 'y', c: 'z' })
  })

  it('to a mistake repeats the value and not the finding', () => {
    expect(placedAll(readYaml('a: &x [!new b]\nc: *x\nd: *x\n').findings)).toEqual(['1:8 yaml-tag'])
  })
})

describe('an alias bomb', () => {
  const laughs = 'abcdefghi'
    .split('')
    .map(
      (name, index) =>
        `${name}: &${name} [${Array(9)
          .fill(index === 0 ? 'lol' : `*${'abcdefghi'[index - 1]}`)
          .join(', ')}]`,
    )
    .join('\n')

  it('of a billion laughs is refused within 300 ms (the aim is 100)', () => {
    const { value, findings } = readYaml(laughs)
    expect(value).toBeNull()
    expect(placedAll(findings)).toEqual(['1:1 yaml-alias-bomb'])
    expect(fastest(laughs)).toBeLessThan(300)
  })

  it('of one long list repeated a few hundred times is refused before it fills the memory', () => {
    const wide = `a: &a [${'x,'.repeat(20_000)}]\nb: [${'*a,'.repeat(900)}]\n`
    const before = process.memoryUsage().rss
    expect(placedAll(readYaml(wide).findings)).toEqual(['1:1 yaml-alias-bomb'])
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
  })

  it('that holds itself is refused', () => {
    for (const text of ['a: &a [*a]', 'a: &a { b: *a }', '&a [*a, *a]', 'a: &a [[[[*a]]]]'])
      expect(placedAll(readYaml(text).findings)).toEqual(['1:1 yaml-alias-bomb'])
  })

  it('is none when forty entries share a picture', () => {
    const image = '{ src: a.png, alt: A, caption: B, credit: C }'
    const entries = Array.from(
      { length: 40 },
      (_, index) => `  - image: ${index === 0 ? `&shared ${image}` : '*shared'}`,
    )
    expect(readYaml(`entries:\n${entries.join('\n')}\n`).findings).toEqual([])
  })
})

describe('nesting', () => {
  it.each([
    ['100,000 opening brackets', '['.repeat(100_000)],
    ['100,000 opening braces under a key', `entries:\n  - headline: ${'{'.repeat(100_000)}\n`],
    ['100,000 dashes', '- '.repeat(100_000)],
    ['20,000 question marks', '? '.repeat(20_000)],
    ['2,000 brackets, all closed', `a: ${'['.repeat(2000)}${']'.repeat(2000)}`],
    ['150 brackets, all closed', `a: ${'['.repeat(150)}${']'.repeat(150)}`],
    ['600 groups, each further in', Array.from({ length: 600 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
  ])('of %s is refused as too deep', (_, text) => {
    const { value, findings } = readYaml(text)
    expect(value).toBeNull()
    expect(findings.map((one) => one.code)).toEqual(['yaml-too-deep'])
  })

  it('of fifty levels is read', () => {
    expect(readYaml(`a: ${'['.repeat(50)}${']'.repeat(50)}`).findings).toEqual([])
  })
})

describe('a large file', () => {
  it.each([
    ['one long line of items', `a: [${'x,'.repeat(100_000)}]`],
    ['30,000 keys', Array.from({ length: 30_000 }, (_, index) => `k${index}: v`).join('\n')],
    ['one long text', 'words in a row\n'.repeat(15_000)],
    ['a quote that never closes', `a: "${'x\nb: c\n'.repeat(30_000)}`],
    ['tabs', `${'\t'.repeat(200_000)}a: b`],
  ])('of %s is read, or refused, within 10 s', (_, text) => {
    const started = performance.now()
    readYaml(text)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
