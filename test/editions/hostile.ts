import { typicalEdition } from '../../bench/typical-edition.ts'

/** Editions that templates break on, as YAML. */
export const hostileEditions: Record<string, string> = {
  'longest-words': edition(
    entry(
      'world',
      'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz',
      'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
      true,
    ),
    entry(
      'mail',
      `https://example.org/${'a-very-long-path-without-a-break/'.repeat(6)}`,
      `${'x'.repeat(200)} ends.`,
      true,
    ),
    entry('tools', 'W'.repeat(90), 'Short.', false),
  ),
  'no-pictures': edition(
    ...Array.from({ length: 8 }, (_, number) =>
      entry(
        ['world', 'mail', 'runtime', 'tools'][number % 4] ?? 'world',
        `Story number ${number + 1}`,
        'It has words and no picture.',
        false,
      ),
    ),
  ),
  'one-entry': edition(entry('world', 'The only story there is', 'And this is all of it.', true)),
  'forty-entries': typicalEdition(40),
  emoji: edition(
    entry(
      'world',
      '👩‍👩‍👧‍👦 A family, 🏴󠁧󠁢󠁳󠁣󠁴󠁿 a flag and ☕️ a cup',
      'Skin tones 👍🏽👍🏿, a keycap 7️⃣ and a heart ❤️‍🔥.',
      true,
    ),
    entry('mail', '🙂', '🙃', false),
  ),
  'right-to-left-inside': edition(
    entry(
      'world',
      'The word مرحبا stands in an English headline',
      'So does שלום in the middle of a sentence, and (مرحبا) in brackets.',
      true,
    ),
    entry('mail', 'هذا عنوان عربي بالكامل', 'وهذا ملخّصه.', true, '    lang: ar\n'),
  ),
}

function edition(...entries: string[]): string {
  return `intro: "Text that looks like code: {{x}} <b>no</b> ]]> </mj-text> $& %%"\nentries:\n${entries.join('')}`
}

function entry(topic: string, headline: string, summary: string, picture: boolean, more = ''): string {
  const image =
    '    image: { src: images/clocks.png, alt: Three clocks, caption: "Three clocks, \\"one\\" instant & more", credit: A. Writer/Agency }\n'
  return `  - topic: ${topic}\n    kicker: Kicker\n    headline: ${JSON.stringify(headline)}\n    url: https://news.example.org/a?b=c&d=%20e\n    source: Harbour Gazette\n    byline: [A. Writer, B. Writer]\n    summary: ${JSON.stringify(summary)}\n${picture ? image : ''}${more}`
}
