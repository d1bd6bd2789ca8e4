/** What a new publication begins with. */
export interface Beginnings {
  name: string
  id: string
  from: string
  timezone: string
  language: string
  url: string
  /** YYYY-MM-DD */
  today: string
  /** Of Broadsheet. */
  version: string
}

/** Files of a new publication by their path. Together they pass `check` with nothing to say. */
export function publicationFiles(begin: Beginnings): Map<string, string> {
  const address = /<([^>]+)>/.exec(begin.from)?.[1] ?? begin.from
  return new Map([
    ['broadsheet.yaml', broadsheetYaml(begin)],
    [`digests/${begin.today}.yaml`, firstEdition(begin)],
    ['subscribers.csv', `email,name,topics,timezone\n${address},,,${begin.timezone}\n`],
    ['.gitignore', 'node_modules/\noutbox/\ndist/\n.broadsheet/\n'],
    ['package.json', packageJson(begin)],
    ['README.md', readme(begin)],
  ])
}

/** Stands in for a postal address until somebody writes one; `doctor` asks for it. */
export const NO_ADDRESS = 'Write your postal address here'

const quoted = (text: string): string => JSON.stringify(text)

export const broadsheetYaml = ({ name, id, from, url, language, timezone }: Beginnings): string => `\
# yaml-language-server: $schema=./schemas/publication.schema.json
name: ${quoted(name)}
# part of List-Id, Message-ID and the ledger; never change it
id: ${id}
from: ${quoted(from)}
# many countries require one in bulk mail
postalAddress: ${NO_ADDRESS}
# where the archive and the unsubscribe page live
url: ${quoted(url)}
language: ${quoted(language)}
# for subscribers without one of their own
timezone: ${quoted(timezone)}
# on the subscriber's own wall, and how late a copy may still leave
deliverAt: "07:00"
deliverWithin: 4h
# broadsheet | bulletin | wire | a folder under templates/
template: broadsheet
topics:
  - { id: world, name: World, accent: "#1f4e79" }
  - { id: business, name: Business }
subscribers: subscribers.csv
`

/** The first stories are English, and say so in a publication that is not. */
const langLine = ({ language }: Beginnings): string => (/^en\b/i.test(language) ? '' : '\n    lang: en')

const firstEdition = (begin: Beginnings): string => `\
# yaml-language-server: $schema=../schemas/edition.schema.json
# Without a subject the lead headline is the subject, and the next headlines the preheader.
intro: Good morning. This is the first edition; write over it.
entries:
  - topic: world
    headline: The first story of the first edition leads the page
    url: ${begin.url}/first
    source: The Harbour Post${langLine(begin)}
    summary: >-
      Two or three sentences in your own words, about what happened and why it matters to the people who read
      you. They take *italic*, **bold** and links.
  - topic: business
    headline: A second story stands under its own topic
    url: ${begin.url}/second
    source: The Harbour Post${langLine(begin)}
    summary: >-
      Readers who chose only this topic get only this story, and it leads their page. A picture is one more
      key of an entry, with its caption, its credit and what it shows.
`

const packageJson = ({ id, version }: Beginnings): string =>
  `${JSON.stringify(
    {
      name: id,
      private: true,
      type: 'module',
      scripts: { check: 'broadsheet check', preview: 'broadsheet preview', send: 'broadsheet send' },
      dependencies: { broadsheet: version },
    },
    null,
    2,
  )}\n`

const readme = ({ name, today }: Beginnings): string => `\
# ${name}

A newsletter in files: every morning's edition is \`digests/<date>.yaml\`, readers stand in \`subscribers.csv\`.

## Tomorrow's edition

\`\`\`sh
npm install          # once
npx broadsheet new   # makes the next day's file, as a draft
npx broadsheet preview
\`\`\`

Write, save, and look: the page in the browser follows. \`npx broadsheet check\` says what is missing, and where. When it is ready,
remove the line \`status: draft\` and have it merged.

\`npx broadsheet send\` rehearses: copies go into \`outbox/\`, nobody gets mail. A proof to yourself:
\`npx broadsheet send ${today} --to you@example.org\`.

## Before the first real morning

1. In \`broadsheet.yaml\`: your postal address, and the address of your site.
2. \`SMTP_URL\`, \`BROADSHEET_SECRET\` and, if your mail server does not sign, the \`DKIM_\` variables; see docs/send.md of Broadsheet.
3. \`npx broadsheet send ${today} --live --first 1\` to a list with your own address only.
4. \`npx broadsheet doctor\` says what is still missing.
5. \`npx broadsheet schedule --cron\`, and let something run those lines: \`npx broadsheet init --ci github\` (or \`gitlab\`) writes the
   files. Commit package-lock.json too: the jobs install from it. Keep the repository private: it holds your readers' addresses.
`

/** `new`: the day's edition, as a draft. `check` has no error to name, and calls the words in brackets left in. */
export const newEdition = (topics: readonly string[]): string => `\
# yaml-language-server: $schema=../schemas/edition.schema.json
# Remove this line when the edition is ready: until then nothing of it is sent.
status: draft
# subject: the lead headline, unless you write another
# preheader: the next headlines, unless you write another
# intro: Good morning. Two stories today.
entries:
  # Topics: ${topics.join(', ')}. The first entry leads.
  - topic: ${topics[0] ?? 'world'}
    # kicker: Must read
    headline: "[headline]"
    url: https://example.org/
    # source: The paper it is from
    summary: Write the [summary] here, two or three sentences in your own words.
    # image:
    #   src: images/harbour.jpg
    #   alt: What somebody who cannot see it needs to know
    #   caption: What the picture shows
    #   credit: Who made it
`
