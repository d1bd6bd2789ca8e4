import { z } from 'zod'
import type { Place } from '../problems/finding.ts'
import { TypedText } from '../yaml/tree.ts'
import { inlineText, linksIn, parseProse } from './inline.ts'
import { type Objection, urlProblem } from './url.ts'

/**
 * The building blocks of both schemas. Each takes what was typed (never YAML's own reading of it) and gives a plain
 * value; what it refuses carries a finding code. The `.meta` of a block is its face in the published JSON Schema,
 * where an editor's language server sees resolved YAML: there a headline of `1.10` is a number, and right.
 */
const PLAIN_TYPES = ['string', 'number', 'boolean', 'null']

export interface FieldIssue extends Objection {
  /** Where inside the value, when that is known better. */
  place?: Place
}

const issue = (params: FieldIssue) => ({ code: 'custom' as const, message: params.message, params })

/** Prose of one field: white space folded to single spaces, so that a line break in YAML is not one in the email. */
export function text(description: string) {
  return typed(description).transform((value) => value.replace(/[ \n]+/g, ' ').trim())
}

/** A text in another language than ours, as SQL: its lines and spaces are left as they are. */
export function verbatim(description: string) {
  return typed(description).transform((value) => value.trim())
}

/** Prose that may have paragraphs (a blank line between them) and inline Markdown, whose links are checked like any. */
export function prose(description: string) {
  return typed(description)
    .transform((value) =>
      value
        .split(/\n[ \n]*\n/)
        .map((paragraph) => paragraph.replace(/[ \n]+/g, ' ').trim())
        .filter((paragraph) => paragraph !== '')
        .join('\n\n'),
    )
    .superRefine((value, context) => {
      for (const { url, title, children } of parseProse(value).flatMap(linksIn)) {
        const problem = urlProblem(url)
        if (problem !== null && problem.code !== 'url-http') {
          context.addIssue(
            issue({ ...problem, message: `${problem.message} (In "[${clip(inlineText(children))}](${clip(url)})".)` }),
          )
        } else if (title !== null || inlineText(children).trim() === '') {
          const what = title === null ? 'has no words to press' : 'has a title behind it, which no mail client shows'
          context.addIssue(
            issue({
              code: 'url-invalid',
              message: `The link to ${clip(url)} ${what}.`,
              hint: 'Write  [the words](https://example.org).',
            }),
          )
        }
      }
    })
}

function typed(description: string) {
  return scalar('text')
    .superRefine((value, context) => {
      if (value.tolerated) return
      if (value.cutAt !== null) {
        context.addIssue(
          issue({
            code: 'text-cut',
            message: `The text ends at the #; "${clip(value.cutAt.text.slice(value.cutAt.column - 1))}" would be lost.`,
            hint: 'Put the text in quotes. (A comment of yours needs two spaces before its # and one after.)',
            place: value.cutAt,
          }),
        )
      }
      const hidden = hiddenCharacter(value.text)
      if (hidden !== null) {
        context.addIssue(
          issue({
            code: 'control-character',
            message: `${hidden.name} stands in the text, after "${clip(value.text.slice(0, hidden.at), true)}".`,
            hint: hidden.hint,
          }),
        )
      }
    })
    .transform((value) => value.text)
    .meta({ type: PLAIN_TYPES, description })
}

/** A word from a fixed set. */
export function choice<const Choices extends readonly [string, ...string[]]>(choices: Choices, description: string) {
  return scalar('text')
    .superRefine((value, context) => {
      if (!choices.includes(value.text)) {
        context.addIssue(
          issue({
            code: 'wrong-value',
            message: `"${clip(value.text)}" is not one of: ${choices.join(', ')}.`,
            hint: `Choose one of: ${choices.join(', ')}.`,
          }),
        )
      }
    })
    .transform((value) => value.text as Choices[number])
    .meta({ enum: [...choices], description })
}

/** `true` or `false`. Whatever else (`yes`, `on`) is refused rather than guessed. */
export function flag(description: string) {
  return scalar('true or false')
    .superRefine((value, context) => {
      if (value.text !== 'true' && value.text !== 'false') {
        context.addIssue(
          issue({
            code: 'wrong-value',
            message: `"${clip(value.text)}" is neither true nor false.`,
            hint: 'Write true or false.',
          }),
        )
      }
    })
    .transform((value) => value.text === 'true')
    .meta({ type: 'boolean', description })
}

/** Text that must match a pattern, e.g. a date, a colour, a zone; `accepts` says more than the pattern can. */
export function pattern(
  description: string,
  form: RegExp,
  expected: string,
  accepts: (value: string) => boolean = () => true,
) {
  return scalar('text')
    .superRefine((value, context) => {
      if (!form.test(value.text) || !accepts(value.text)) {
        context.addIssue(
          issue({
            code: 'wrong-value',
            message: `"${clip(value.text)}" is not ${expected}.`,
            hint: `Write ${expected}.`,
          }),
        )
      }
    })
    .transform((value) => value.text)
    .meta({ type: 'string', pattern: form.source, description })
}

/** A whole number of pixels. */
export function pixels(description: string, least: number, most: number) {
  return scalar('a number')
    .superRefine((value, context) => {
      const number = Number(value.text)
      if (!/^\d+$/.test(value.text) || number < least || number > most) {
        context.addIssue(
          issue({
            code: 'wrong-value',
            message: `"${clip(value.text)}" is not a number from ${least} to ${most}.`,
            hint: `Write a whole number from ${least} to ${most}.`,
          }),
        )
      }
    })
    .transform((value) => Number(value.text))
    .meta({ type: 'integer', minimum: least, maximum: most, description })
}

/** A link as typed. https, http and mailto only; nothing that hides where it leads. */
export function link(description: string) {
  return scalar('a link')
    .superRefine((value, context) => {
      const problem = value.tolerated ? null : urlProblem(value.text)
      if (problem !== null) context.addIssue(issue(problem))
    })
    .transform((value) => value.text)
    .meta({ type: 'string', format: 'iri', description })
}

function scalar(expected: string) {
  return z.custom<TypedText>((value) => value instanceof TypedText, {
    error: (given) => wrongType(given.input, expected),
  })
}

function wrongType(input: unknown, expected: string): string {
  if (input === undefined) return 'missing'
  return Array.isArray(input) ? `A list stands where ${expected} belongs.` : `A map stands where ${expected} belongs.`
}

export function clip(value: string, fromEnd = false): string {
  const characters = [...value]
  if (characters.length <= 40) return value
  return fromEnd ? `…${characters.slice(-40).join('')}` : `${characters.slice(0, 40).join('')}…`
}

/**
 * The first character no reader can see and some mail client trips over: controls (inbox rules D27), direction
 * controls, line and paragraph separators, byte-order marks, halves of surrogate pairs, non-characters. Joiners,
 * variation selectors and soft hyphens are letters' business and stay.
 */
export function hiddenCharacter(value: string): { at: number; name: string; hint: string } | null {
  const match = /(?![\n])[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\ufeff]/u.exec(value)
  if (match === null) return null
  const code = match[0].codePointAt(0) ?? 0
  if (match[0] === '\t') return { at: match.index, name: 'A tab', hint: 'Replace the tab by a space.' }
  const kind = /\p{Bidi_Control}/u.test(match[0]) ? 'An invisible direction mark' : 'An invisible control character'
  return {
    at: match.index,
    name: `${kind} (U+${code.toString(16).toUpperCase().padStart(4, '0')})`,
    hint: 'Delete it: put the cursor after the quoted words and press Delete, or type the words again.',
  }
}
