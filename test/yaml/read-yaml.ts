import type { Finding } from '../../src/problems/finding.ts'
import { parseYaml } from '../../src/yaml/parse.ts'
import { sourceFrom } from '../../src/yaml/source.ts'
import { TypedText, type YamlValue } from '../../src/yaml/tree.ts'

/** A YAML text as Broadsheet reads it, its texts as plain strings. */
export function readYaml(text: string): { value: unknown; findings: Finding[]; cuts: string[] } {
  const { tree, findings } = parseYaml(sourceFrom(text, 'edition.yaml'))
  const cuts: string[] = []
  const plain = (value: YamlValue): unknown => {
    if (value instanceof TypedText) {
      if (value.cutAt !== null) cuts.push(`${value.cutAt.line}:${value.cutAt.column}`)
      return value.text
    }
    if (Array.isArray(value)) return value.map(plain)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
  }
  return { value: tree === null ? null : plain(tree.root), findings, cuts }
}

/** The same for one headline, between keys that must survive it. */
export function readHeadline(typed: string): { headline: unknown; findings: Finding[]; cuts: string[]; rest: unknown } {
  const { value, findings, cuts } = readYaml(`topic: world\nheadline: ${typed}\nurl: https://example.org/\n`)
  const { headline, ...rest } = (value ?? {}) as Record<string, unknown>
  return { headline, findings, cuts, rest }
}
