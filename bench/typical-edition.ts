/** An edition as heavy as they come on an ordinary day; what "typical entry" means in the design (section 7). */
export function typicalEdition(
  entries: number,
  topics: readonly string[] = ['world', 'mail', 'runtime', 'tools'],
): string {
  const lines = ['entries:']
  for (let number = 1; number <= entries; number++) {
    lines.push(
      `  - topic: ${topics[Math.floor(((number - 1) * topics.length) / entries)]}`,
      `    headline: ${exactly(60, '', `Story ${number}: the harbour board signs a lease for the north quay`)}`,
      `    url: https://news.example.org/2026/11/20/harbour-board-signs-lease-${number}`,
      '    source: Harbour Gazette',
      `    summary: ${exactly(300, '.', `In story ${number} the board ends two years of talks and brings the first new cranes since 2009. Fees rise by four per cent from March, and the ferry keeps its berth. The fishermen's union asked for a second reading and got it; the vote stands for Tuesday, when the council meets in the old customs house.`)}`,
      '    image:',
      `      src: images/${['clocks', 'lighthouse', 'abacus', 'page-house'][number % 4]}.png`,
      `      alt: A drawing of the north quay with its cranes at low tide, number ${number}`,
      `      caption: The north quay at low tide, seen from the customs house, frame ${number}`,
      '      credit: A. Writer/Harbour Gazette',
    )
  }
  return `${lines.join('\n')}\n`
}

/** In quotes, for the colon, and as long as it says: repeated or cut, then ended. */
function exactly(length: number, end: string, text: string): string {
  const cut = text.padEnd(length, ' and so it goes on').slice(0, length - end.length)
  return JSON.stringify(cut.replace(/ $/, 's') + end)
}
