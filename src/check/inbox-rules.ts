import type { Edition } from '../edition/edition.ts'
import { summaryText } from '../edition/group.ts'
import type { FindingCode } from '../problems/codes.ts'
import { isShouting, typographyOf } from './typography.ts'
import { bare, countCharacters, tellingWords } from './words.ts'

type Field = 'subject' | 'preheader'

const SUBJECT = 60
/** A headline that serves as the subject may be as long as the house allows headlines: it is cut, not wrong. */
const PREHEADER = { least: 40, most: 110 }

/** Subject and preheader, the two lines an inbox shows. Lengths are asked of what the editor wrote, not of what we derive. */
export function inboxFindings(
  shown: Record<Field, string>,
  written: Record<Field, string | undefined>,
  edition: Edition,
  language: string,
  say: (code: FindingCode, field: Field, message: string, hint: string) => void,
): void {
  const { subject, preheader } = shown
  if (written.subject !== undefined) {
    const length = countCharacters(subject)
    if (length > SUBJECT)
      say(
        'subject-long',
        'subject',
        `The subject has ${length} characters; inboxes show about ${SUBJECT}.`,
        'Put what matters first, and say it shorter.',
      )
    if (isShouting(subject)) say('shouting', 'subject', 'The subject is all in capitals.', 'Write it as a sentence.')
    if (!namesAnEntry(subject, edition, language))
      say(
        'subject-elsewhere',
        'subject',
        'The subject names nothing that is in the edition.',
        'Use a word of one of its headlines.',
      )
    typographyOf(subject, 'plain', (code, message, hint) => say(code, 'subject', message, hint))
  }
  if (/^(?:re|fwd?|aw|wg|tr|rv)\s?:/i.test(subject))
    say('subject-reply', 'subject', `The subject begins with "${subject.split(':')[0]}:".`, 'Remove it.')
  const emoji = subject.match(/\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|\ufe0f)*/gu) ?? []
  if (emoji.length > 1 || (subject.match(/[!！]/g) ?? []).length > 1)
    say('subject-noisy', 'subject', 'The subject has more than one emoji or exclamation mark.', 'Keep one at most.')
  if (written.preheader !== undefined) {
    const length = countCharacters(preheader)
    const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(preheader) ? 2 : 1
    if (length * wide < PREHEADER.least || length > PREHEADER.most)
      say(
        'preheader-length',
        'preheader',
        `The preheader has ${length} characters.`,
        `${PREHEADER.least} to ${PREHEADER.most} fill the line and no more.`,
      )
    typographyOf(preheader, 'plain', (code, message, hint) => say(code, 'preheader', message, hint))
  }
  if (bare(preheader) === bare(subject))
    say('preheader-repeats', 'preheader', 'The preheader repeats the subject.', 'Say what else is in the edition.')
}

function namesAnEntry(subject: string, edition: Edition, language: string): boolean {
  const words = tellingWords(subject, language)
  if (words.size === 0) return true
  return edition.entries.some((entry) =>
    [
      ...tellingWords(`${entry.headline} ${summaryText(entry)} ${entry.kicker ?? ''} ${entry.source ?? ''}`, language),
    ].some((word) => words.has(word)),
  )
}
