import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { repository } from '../support/run-cli.ts'
import { emptyFolder } from '../support/sample.ts'

/** An edition nothing is wrong with, which the mutations damage. Dates, words and pictures are made up. */
export const GOOD_DATE = '2026-11-20'

export const GOOD_PUBLICATION = `name: The Harbour Post
id: harbour-post
from: The Harbour Post <post@harbour.example>
replyTo: desk@harbour.example
postalAddress: 1 Quay Street, Hull
url: https://harbour.example
language: en-GB
timezone: Europe/London
template: broadsheet
theme: { accent: "#9e2b25" }
images: embed
topics:
  - { id: port, name: Port, accent: "#1f4e79" }
  - { id: town, name: Town }
`

export const GOOD_EDITION = `subject: The ferry gets a new berth at the north quay
preheader: The market moves under cover, and the lighthouse keeper looks back on forty winters
intro: Good morning. The harbour board has decided.
entries:
  - topic: port
    kicker: Decided
    headline: The ferry gets a new berth at last
    url: https://news.example.org/ferry
    source: Harbour Gazette
    byline: [A. Writer]
    published: 2026-11-19
    summary: >-
      After two years of talks the board has signed a lease for the north quay. The first boats land in March, and
      the old berth becomes a [public slipway](https://news.example.org/slipway).
    image:
      src: images/clocks.png
      alt: Three clocks on three skylines show three times of day
      caption: The clocks of the port at daybreak
      credit: A. Writer/Gazette

  - topic: port
    headline: Lighthouse keeper looks back on forty winters
    url: https://news.example.org/keeper
    summary: He lit the lamp for the last time on Tuesday. Nobody will follow him, for the light now tends itself.
    image:
      src: images/lighthouse.png
      alt: A lighthouse throws its beam over a fleet of paper boats
      caption: The beam rests on one boat of many
      credit: B. Drawer

  - topic: town
    headline: The market moves under cover
    url: https://news.example.org/market
    summary: The stalls stand under the old railway roof from Monday on. Rents stay as they were until the spring.

  - topic: town
    headline: A letter arrives after sixty years
    url: https://news.example.org/letter
    summary: It was posted in the summer of 1966 and lay behind a sorting desk. The sender is alive, and delighted.
`

/** The publication with its edition, and files beside or in place of those. Returns its root. */
export async function aGoodPublication(files: Record<string, string> = {}): Promise<string> {
  const root = await emptyFolder()
  await cp(path.join(repository, 'digests/images'), path.join(root, 'digests/images'), { recursive: true })
  const all = { 'broadsheet.yaml': GOOD_PUBLICATION, [`digests/${GOOD_DATE}.yaml`]: GOOD_EDITION, ...files }
  for (const [name, content] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), content)
  }
  return root
}
