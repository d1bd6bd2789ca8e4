import type { YAMLParseError, YAMLWarning } from 'yaml'
import { explainValue, type Mistake } from './mistakes.ts'

export const explainTab: Mistake = {
  code: 'yaml-tab',
  message: 'The line is indented with a tab.',
  hint: 'Use two spaces instead of the tab (most editors can do this for the whole file).',
}
export const explainIndent: Mistake = {
  code: 'yaml-indent',
  message: 'The line is not indented like its neighbours.',
  hint: 'Keys of one entry start in the same column; count the spaces at the start of the line.',
}
export const explainStray: Mistake = {
  code: 'yaml-missing-colon',
  message: 'The line is neither a key nor the continuation of a text.',
  hint: 'A key needs a colon and a space; a text that goes on must be indented further than its key.',
}

/** What the parser said of a line, in an editor's words, where no mend helps. */
export function explainError(error: YAMLParseError | YAMLWarning, text: string): Mistake {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return explainTab
    case 'MULTIPLE_DOCS':
      return {
        code: 'yaml-documents',
        message: 'A line of three dashes starts a second document; what follows would be lost.',
        hint: 'Remove the line, or put it in quotes if it belongs to a text.',
      }
    case 'BAD_DQ_ESCAPE':
      return {
        code: 'yaml-escape',
        message: 'Inside double quotes a backslash starts an escape, and this one does not exist.',
        hint: "Write the backslash twice, or use single quotes:  'C:\\new'",
      }
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
    case 'MULTILINE_IMPLICIT_KEY':
      if (/\t/.test(/^\s*/.exec(text)?.[0] ?? '')) return explainTab
      return error.code !== 'BAD_INDENT' && !/:/.test(text) ? explainStray : explainIndent
    default: {
      const mistake = explainValue(text)
      return (
        mistake ?? {
          code: 'yaml-syntax',
          message: `YAML cannot be read here: ${error.message.replace(/ at line \d+.*/s, '')}.`,
          hint: 'Compare the line with its neighbours: dashes, colons, quotes, indentation.',
        }
      )
    }
  }
}
