/**
 * Every code a finding can carry, in one table: what `check` prints, what `docs/checks.md` explains and what the
 * tests hold against the golden cases. A code is never renamed and never used again for something else.
 */
export interface CodeFacts {
  severity: 'error' | 'warning'
  /** What is wrong and why it matters, for an editor who meets the code for the first time. */
  about: string
  /** False for what protects readers: no `ignore:` can waive it. */
  waivable: boolean
}

const error = (about: string): CodeFacts => ({ severity: 'error', about, waivable: false })
const security = error
const waivableError = (about: string): CodeFacts => ({ severity: 'error', about, waivable: true })
const warning = (about: string): CodeFacts => ({ severity: 'warning', about, waivable: true })

export const codes = {
  // The file itself
  'file-not-text': error(
    'The file is not UTF-8 text: a picture, a Word document or another encoding under a .yaml name.',
  ),
  'file-too-large': error(
    'The file is larger than 256 KB. An edition is a page of text; something else was pasted in.',
  ),
  'file-empty': error('There is nothing in the file yet.'),
  'edition-twice': error('One date has both a file and a folder. Only one of them can be the edition.'),
  'edition-name': error('An edition is named for its date, as in 2024-12-19.yaml, and the date must exist.'),
  // YAML as an editor meets it
  'yaml-colon': error('A colon followed by a space starts a new key in YAML, so the text must stand in quotes.'),
  'yaml-bracket': error('Text that begins with [ or { is read as a list or a map, so it must stand in quotes.'),
  'yaml-quote': error('A quotation mark is opened and not closed, or something follows the closing one.'),
  'yaml-reserved': error(
    'The text begins with a character YAML keeps for itself (@ ` % , ] } ? - | >), so it must stand in quotes.',
  ),
  'yaml-anchor': error('Text that begins with & or * is read as a reference, and its first word would be lost.'),
  'yaml-tag': error('Text that begins with ! is read as a type, and its first word would be lost.'),
  'yaml-escape': error('Inside double quotes a backslash starts an escape, and this one does not exist.'),
  'yaml-tab': error('A tab stands where only spaces may stand.'),
  'yaml-indent': error('The line is not indented like its neighbours, so YAML cannot tell where it belongs.'),
  'yaml-missing-colon': error('A key must be followed by a colon and a space.'),
  'yaml-duplicate-key': error('The same key stands twice; YAML would silently keep only one of the two.'),
  'yaml-documents': error('A line of three dashes starts a second document, and the rest of the file would be lost.'),
  'yaml-alias-bomb': error('References that multiply without end. The file is refused before it is expanded.'),
  'yaml-too-deep': error('Brackets or indentation are nested deeper than any edition needs.'),
  'yaml-syntax': error('The file is not YAML at this place.'),
  'text-cut': error('In unquoted text a # after a space starts a comment, and the rest of the sentence would be lost.'),
  // Shape
  'unknown-key': error('A key Broadsheet does not know, most often a slip of the finger. It would have no effect.'),
  'wrong-type': error('A list where text belongs, or text where a list belongs.'),
  'wrong-value': error('The value is not one of those the key can take.'),
  'key-missing': error('A required key is missing or empty.'),
  'unknown-topic': error('The entry names a topic that broadsheet.yaml does not list.'),
  'topic-twice': error('Two topics have the same id.'),
  'lead-twice': error('Two entries say they lead. There is one front page.'),
  'no-entries': error('The edition has no entries.'),
  // Words
  'control-character': security(
    'An invisible control or direction character stands in the text; readers, filters and mail clients trip over it.',
  ),
  'url-invalid': security('Not a link a reader can open.'),
  'url-scheme': security('Only https, http and mailto links leave the building.'),
  'url-userinfo': security('A user name or password stands in the link. It hides where the link leads.'),
  'url-ip-host': security('The link names a bare IP address. Spam filters count that against every message.'),
  'url-invisible': security('An invisible or direction-changing character hides in the link.'),
  'url-http': warning('The link is not encrypted. Most sites answer the same address under https.'),
  // Pictures
  'image-credit-missing': waivableError('A picture without a credit. Someone made it.'),
  'image-alt-missing': waivableError('A picture without alt text shows nothing to a reader who cannot see it.'),
  'image-caption-missing': waivableError('A picture says what it shows, in a caption, unless it is marked decorative.'),
  'image-missing': error('The picture file is not there.'),
  'image-outside': security("The picture's path leaves the publication's folder."),
  'image-unreadable': error('The picture file is not a JPEG, PNG or GIF, or it is damaged.'),
  'image-too-large': error('The picture has more pixels than can be read safely.'),
  'image-small': warning('The picture has fewer pixels than the place it is shown in.'),
  'image-size-unknown': warning(
    'Without the size of an https picture, the page jumps as it loads, and shows a hole where it is blocked.',
  ),
  // Rendering
  'theme-contrast': error(
    'Two colours of the theme are too close to be read by everyone (WCAG 2.2 asks for 4.5 to 1).',
  ),
  'template-missing': error('The template named in broadsheet.yaml does not exist.'),
  'template-error': error('A template cannot be read or rendered.'),
  'template-mjml': error('MJML does not accept what the template made.'),
  'content-lost': error(
    'Something an editor wrote did not arrive in the email, or arrived in the wrong place or twice.',
  ),
  // Waivers
  'ignore-unknown': error('An `ignore` names a code that does not exist.'),
  'ignore-forbidden': error('An `ignore` names a finding that protects readers and cannot be waived.'),
  // Audience
  'subscriber-address': warning(
    'A row of the audience without a usable address. The row is skipped, the others are served.',
  ),
  'subscriber-duplicate': warning('The same subscriber stands twice. The first row counts.'),
  'subscriber-name': warning('Control characters in a name were replaced by spaces.'),
  'subscriber-row': warning('A row of the audience could not be read as the header says.'),
} satisfies Record<string, CodeFacts>

export type FindingCode = keyof typeof codes
