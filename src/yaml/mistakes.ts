import type { FindingCode } from '../problems/codes.ts'

/**
 * A line an editor wrote, and what YAML made of it. A third of real headlines (128 of 385, measured 2026-11) break or
 * change when unquoted, so these messages speak of headlines and quotes, not of tokens.
 */
export interface Mistake {
  code: FindingCode
  message: string
  hint: string
}

interface LineParts {
  /** Everything up to the value: indentation, dashes, key, colon, space. */
  prefix: string
  key: string | null
  value: string
}

const LINE = /^(\s*(?:-[ \t]+)*)(?:([A-Za-z][\w-]*)([ \t]*:)([ \t]+|$))?(.*)$/

export function lineParts(line: string): LineParts {
  const [, start = '', key, colon = '', space = '', value = ''] = LINE.exec(line) ?? []
  return { prefix: start + (key ?? '') + colon + space, key: key ?? null, value: value.trimEnd() }
}

/**
 * The line with every character that trips YAML replaced by a stand-in of the same length, so that reading can go on.
 * `restore` undoes it in the values. With `whole`, the line is the continuation of a text, and what looks like its key
 * is part of it. Null when there is nothing to replace.
 */
export function guardLine(line: string, whole: boolean): string | null {
  const { prefix, value } = whole ? { prefix: /^\s*/.exec(line)?.[0] ?? '', value: line.trim() } : lineParts(line)
  const guarded = value
    .replace(/^(?:["'[\]{}&*!@`%,|>]|[-?](?= |$))/, standIn)
    .replace(/:(?=[ \t]|$)/g, standIn)
    .replace(/^#|(?<=[ \t])#/g, standIn)
  return guarded === value ? null : prefix + guarded + line.slice(prefix.length + value.length)
}

/** The text as typed, stand-ins undone. */
export const restore = (text: string): string =>
  text.replace(/[\ufdd0-\ufdef]/g, (mark) => SIGNS[mark.charCodeAt(0) - 0xfdd0] ?? mark)

/** A non-character for each sign: no text that is accepted holds one. */
const standIn = (sign: string): string => String.fromCharCode(SIGNS.indexOf(sign) + 0xfdd0)
const SIGNS = '"\'[]{}&*!@`%,|>-?:#'

/** The value as an editor should type it: in double quotes where they do no harm, else in single ones. */
export function quoted(value: string): string {
  return /["\\]/.test(value) ? `'${value.replaceAll("'", "''")}'` : `"${value}"`
}

/** What is wrong with a line that YAML refused, in an editor's words; null when nothing about the value explains it. */
export function explainValue(line: string): Mistake | null {
  const { key, value } = lineParts(line)
  const name = key === null ? 'this text' : `the ${key}`
  const put = (text: string) => `Put ${name} in quotes:  ${key === null ? '' : `${key}: `}${quoted(text)}`
  const first = value[0]

  if (first === '"' || first === "'") {
    const what = first === '"' ? 'double' : 'single'
    // In "Yes" and "no" the second quote ends a word, so both belong to the text; in "A "new" day" or 'It's' it does not.
    const inner = value.indexOf(first, 1)
    const closes = /^\S["'](?:[^\p{L}\p{N}]|$)/u.test(value.slice(inner - 1)) && inner < value.length - 1
    const pair = value.length > 1 && value.endsWith(first) && !closes
    const text = pair ? value.slice(1, -1) : first === '"' && !value.slice(1).includes('"') ? value.slice(1) : value
    const message = pair
      ? `${capital(name)} stands in ${what} quotes and has one inside as well, which ends it.`
      : inner > 0
        ? `${capital(name)} begins with words in ${what} quotes, and YAML takes the second quote for its end.`
        : `${capital(name)} begins with a ${what} quote that does not close.`
    return { code: 'yaml-quote', message, hint: put(text) }
  }
  if (first === '[' || first === '{') {
    return {
      code: 'yaml-bracket',
      message: `${capital(name)} begins with ${first}, which starts a ${first === '[' ? 'list' : 'map'} in YAML.`,
      hint: put(value),
    }
  }
  if (first === '&' || first === '*') {
    return {
      code: 'yaml-anchor',
      message: `${capital(name)} begins with ${first}, which is a reference in YAML.`,
      hint: put(value),
    }
  }
  if (first === '!')
    return {
      code: 'yaml-tag',
      message: `${capital(name)} begins with !, which names a type in YAML.`,
      hint: put(value),
    }
  if (first !== undefined && /[@`%,\]}|>]/.test(first)) {
    return {
      code: 'yaml-reserved',
      message: `${capital(name)} begins with ${first}, a character YAML keeps for itself.`,
      hint: put(value),
    }
  }
  if (/^[-?] /.test(value) || (key !== null && /^[-?]$/.test(value))) {
    return {
      code: 'yaml-reserved',
      message: `${capital(name)} begins with "${value.slice(0, 2)}", which YAML reads as structure.`,
      hint: put(value),
    }
  }
  if (/:(?=[ \t]|$)/.test(value)) {
    const curly = /[“”„«»]/.test(value) ? ' Curly quotes do not count; YAML knows only " and \'.' : ''
    return {
      code: 'yaml-colon',
      message: `${capital(name)} has a colon in it, and YAML starts a new key there.`,
      hint: put(value) + curly,
    }
  }
  return null
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
