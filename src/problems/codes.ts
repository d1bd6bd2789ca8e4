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
  /** True for what protects readers from harm: not even `send --live --force` passes it. */
  security: boolean
}

const error = (about: string): CodeFacts => ({ severity: 'error', about, waivable: false, security: false })
const security = (about: string): CodeFacts => ({ severity: 'error', about, waivable: false, security: true })
const waivableError = (about: string): CodeFacts => ({ severity: 'error', about, waivable: true, security: false })
const warning = (about: string): CodeFacts => ({ severity: 'warning', about, waivable: true, security: false })

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
  'image-type': waivableError('WebP, AVIF and SVG pictures stay empty in Outlook and in parts of Gmail.'),
  'image-total-heavy': warning('The pictures of one edition together weigh more than a megabyte.'),
  // What the words say
  'headline-long': warning('A headline over 90 characters fills a phone before the story begins.'),
  'headline-full-stop': warning('A headline takes no full stop.'),
  shouting: warning('Text all in capitals reads as shouting, and spam filters count it.'),
  'kicker-long': warning('A kicker is a label: 25 characters at most.'),
  'summary-short': warning('A summary under five words does not say what the story says.'),
  'summary-long': warning('A summary over 60 words is the story itself; two or three sentences are the form.'),
  'summary-too-long': waivableError('A summary over 120 words turns the digest into the newspaper.'),
  'summary-cut': warning('The summary ends in the middle of a sentence, as pasted text does.'),
  'caption-long': warning('A caption has two sentences and 200 characters at most.'),
  'caption-repeats': warning('The caption says the headline again; it should say what the picture shows.'),
  'alt-long': warning('Alt text over 150 characters is read aloud without a pause.'),
  'alt-file-name': warning('The alt text is a file name. Say what the picture shows.'),
  'alt-repeats': warning('The alt text repeats the caption or headline, so it is read aloud twice.'),
  'alt-image-of': warning('Alt text need not say that a picture is a picture; screen readers do.'),
  'credit-form': warning('A credit is Name/Agency: no spaces round the slash, no © of its own.'),
  'subject-long': warning('A subject over 60 characters is cut in most inboxes.'),
  'subject-reply': warning('Re: and Fwd: pretend an exchange there never was.'),
  'subject-noisy': warning('Two exclamation marks, or two emoji, make a subject look like an advertisement.'),
  'subject-elsewhere': warning('The subject names nothing that is in the edition.'),
  'preheader-length': warning(
    'A preheader has 40 to 110 characters, so that no inbox fills the line with something else.',
  ),
  'preheader-repeats': warning('The preheader repeats the subject beside it.'),
  placeholder: warning('A note to oneself, or filler text, was left in.'),
  'markdown-left': warning('Markdown signs that mean nothing here will be shown as they are.'),
  'html-left': warning('HTML is not read anywhere in an edition; the tag will be shown as it is.'),
  'quotes-mixed': warning('Straight and curly quotation marks stand in one text.'),
  'dash-run': warning('A run of hyphens or dashes stands where one dash belongs.'),
  'link-text-generic': waivableError('“Read more” tells a reader who hears the links alone nothing.'),
  'link-text-misleads': security('The words of a link name another site than the link leads to.'),
  'url-secret': waivableError('A password or access key stands in the link, and every reader would get it.'),
  'url-mixed-script': security('The name of the site mixes alphabets, as forged names do.'),
  'published-after': waivableError('The article is dated after the edition it stands in.'),
  'published-old': warning('The article is more than 180 days older than the edition.'),
  'topic-crowded': warning('More than ten entries under one topic are a list, not a choice.'),
  'edition-long': warning('More than forty entries do not fit in a message that Gmail shows whole.'),
  'double-space': warning('Two spaces stand together between words.'),
  'not-normalised': warning('Letters are put together from parts (not NFC), so that search and filters miss them.'),
  'lang-missing': warning('An entry in another script than the publication does not say which language it is in.'),
  // Links, asked with --links
  'link-broken': waivableError('The server says that the page or picture is not there.'),
  'link-private': security('The address leads into this machine or a private network, where no reader is.'),
  'link-redirected': warning('The page has moved for good; the old address may stop working.'),
  'link-not-checked': warning('Nobody answered, or not in a way that tells: the link may be fine or not.'),
  // The same again
  'repeated-url': warning('Two entries of the edition lead to the same page.'),
  'repeated-headline': warning('Two entries of the edition have the same headline.'),
  'repeated-image': warning('Two entries of the edition show the same picture.'),
  'ran-before-url': warning('The page stood in one of the last seven editions.'),
  'ran-before-headline': warning('The headline stood in one of the last seven editions.'),
  'ran-before-image': warning('The picture stood in one of the last seven editions.'),
  // The email as it is read
  'email-too-large': error('The HTML of the heaviest copy reaches 102,400 bytes, where Gmail cuts a message off.'),
  'email-large': warning('The HTML of the heaviest copy is over 80,000 bytes; Gmail cuts at 102,400.'),
  'email-language': error('Without lang and dir on the page and its parts, screen readers read it in the wrong voice.'),
  'email-title': error('The page has no title, or another than the subject.'),
  'email-headings': error('One h1, topics h2, entries h3, none skipped: that is how a page is walked by ear.'),
  'email-table-role': error('A table that only arranges the page must say so, or it is read out cell by cell.'),
  'email-link': error('A link without words, or without an address.'),
  'email-link-generic': error('A link whose words say nothing by themselves, as in “read more”.'),
  'email-link-misleads': security('The words of a link name another site than the link leads to.'),
  'email-image': error(
    'A picture needs alt, width and height as numbers, and https or the message itself as its source.',
  ),
  'email-image-type': error('WebP, AVIF, SVG and data: pictures stay empty in Outlook and in parts of Gmail.'),
  'email-contrast': error('Text that is hard to tell from its background, in light or in dark (WCAG 2.2: 4.5 to 1).'),
  'email-text-small': error('Text under 14 pixels.'),
  'email-line-height': warning('Lines of running text closer than 1.2 times its size.'),
  'email-style-size': error('More than 16 KB of style sheets: Gmail then drops all of them.'),
  'email-style-nested': error(
    'An @-rule inside an @-rule, or a comment before a rule, which Gmail and Outlook.com trip over.',
  ),
  'email-style-dark': warning('No style sheet for dark mode, or no color-scheme, so each client makes up its own.'),
  'email-layout': error('Flexbox, grid, position and variables as the layout: Outlook shows none of it.'),
  'email-wide': error('Something is wider than 320 pixels without a style sheet, so a phone scrolls sideways.'),
  'email-font': warning('A font stack without a generic family at its end.'),
  'email-forbidden': security(
    'Scripts, forms, frames, players, imports and outside style sheets are cut out or blocked.',
  ),
  'email-nesting': error('A tag that is not closed, or closed in the wrong place.'),
  'email-outlook': error('A conditional comment for Outlook is opened and not closed, and would swallow the rest.'),
  'email-direction': error('Something of a right-to-left page is still set left to right.'),
  'email-preheader': error('The first text of the page is not the preheader, hidden without colour tricks.'),
  'email-way-out': error('No visible link ends the subscription.'),
  'email-address': error('The postal address is not in the email; the law of many countries asks for it.'),
  'email-tracking': security('A picture of one pixel, or one with an address of the reader’s own, reports who reads.'),
  'email-meta': warning('A meta tag is missing: phones then enlarge, relink or reflow the text.'),
  'email-zoom': error('The viewport forbids enlarging the text.'),
  'email-label': warning('The page does not say that it is an email (role article, labelled with the subject).'),
  'email-leftover': error('Something of the template language stands unrendered in the email.'),
  'email-character': error('A control or replacement character reached the email; Gmail cuts such messages off.'),
  'client-support': warning(
    'A template uses what some mail clients do not show, beyond what the built-in templates are known to do without.',
  ),
  // The message as it leaves
  'message-header': error('A header is missing, stands twice, or is not in the form of RFC 5322.'),
  'message-id': error('The Message-ID does not end in the sender’s domain; filters count that heavily.'),
  'message-list': error('The headers by which mail programs offer a way out are not in the form they read.'),
  'message-dkim': error('A key is configured, and the signature is missing or does not cover what it must.'),
  'message-line': error('A line is longer than mail servers take, or does not end as lines of mail do.'),
  'message-header-long': warning('A line of a header is longer than 78 characters and could be folded.'),
  'message-encoding': error('Something of the message is not whole, declared UTF-8, or holds a control character.'),
  'message-structure': error('Plain text first, HTML last, pictures inside and each of them shown: that is a message.'),
  'message-text-differs': error('The plain text leaves out what the HTML says; filters and readers of text mind.'),
  'message-text-form': warning('The plain text holds markup, or lines longer than 78 characters.'),
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
  'ignore-unused': warning('An `ignore` waives something that was not found. It would hide the real thing one day.'),
  // Audience
  'subscriber-address': warning(
    'A row of the audience without a usable address. The row is skipped, the others are served.',
  ),
  'subscriber-duplicate': warning('The same subscriber stands twice. The first row counts.'),
  'subscriber-name': warning('Control characters in a name were replaced by spaces.'),
  'subscriber-time': warning(
    'A subscriber has a time zone or a time of day that does not exist. Until it is corrected the publication’s counts.',
  ),
  'subscriber-row': warning('A row of the audience could not be read as the header says.'),
} satisfies Record<string, CodeFacts>

export type FindingCode = keyof typeof codes
