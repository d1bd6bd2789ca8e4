import { type Finding, finding, type Place } from '../problems/finding.ts'
import { TypedText, type YamlValue } from '../yaml/tree.ts'
import { type Edition, type Entry, placeOfEntry } from './edition.ts'
import { nearest } from './nearest.ts'
import type { Publication } from './publication.ts'

/** What a picture needs, said of the fields as typed, so that an entry broken elsewhere is still told about it. */
export function entryFindings(
  entry: Entry | null,
  image: YamlValue | undefined,
  places: Map<string, Place>,
  position: number,
): Finding[] {
  if (image === undefined || image instanceof TypedText || Array.isArray(image)) return []
  const has = (key: string): boolean => {
    const value = image[key]
    return value instanceof TypedText && value.text.trim() !== ''
  }
  const at = (...keys: string[]): Place => {
    const found = [...keys.map((key) => places.get(`image.${key}`)), places.get('image'), places.get('')].find(
      (place) => place !== undefined,
    )
    return found ?? { file: '', line: 1, column: 1, text: '', width: 1 }
  }
  const which = entry === null ? `of entry ${position}` : `in "${entry.headline}"`
  const findings: Finding[] = []
  if (!has('credit')) {
    const caption = has('caption') ? ' has a caption but no credit' : ' has no credit'
    findings.push(
      finding(
        'image-credit-missing',
        at('credit', 'caption', 'src'),
        `The picture ${which}${caption}.`,
        'Add  credit: <photographer or agency>  under it.',
        position,
      ),
    )
  }
  if (!has('alt')) {
    findings.push(
      finding(
        'image-alt-missing',
        at('alt', 'src'),
        `The picture ${which} has no alt text.`,
        'Add  alt: <what it shows, for a reader who cannot see it>.',
        position,
      ),
    )
  }
  const decorative = image['decorative']
  if (!has('caption') && !(decorative instanceof TypedText && decorative.text === 'true')) {
    findings.push(
      finding(
        'image-caption-missing',
        at('caption', 'src'),
        `The picture ${which} has no caption.`,
        'Add  caption: <what it shows>,  or  decorative: true.',
        position,
      ),
    )
  }
  return findings
}

/** What only the whole edition can say. */
export function editionFindings(edition: Edition, publication: Publication, complete: boolean): Finding[] {
  const findings: Finding[] = []
  const ids = publication.topics.map((topic) => topic.id)
  for (const entry of edition.entries) {
    if (ids.includes(entry.topic)) continue
    const near = nearest(entry.topic, ids)
    const hint =
      near === undefined ? `Choose one of: ${ids.join(', ')}; or add it to broadsheet.yaml.` : `Did you mean "${near}"?`
    findings.push(
      finding(
        'unknown-topic',
        placeOfEntry(entry, 'topic') ?? edition.file,
        `There is no topic "${entry.topic}".`,
        hint,
        entry.position,
      ),
    )
  }
  const leads = edition.entries.filter((entry) => entry.lead === true)
  for (const entry of leads.slice(1)) {
    findings.push(
      finding(
        'lead-twice',
        placeOfEntry(entry, 'lead') ?? edition.file,
        `Two entries lead: number ${leads[0]?.position} and this one.`,
        'Keep  lead: true  in one of them.',
        entry.position,
      ),
    )
  }
  if (complete && edition.entries.length === 0)
    findings.push(finding('no-entries', edition.file, 'The edition has no entries.', 'Add an entry.'))
  return findings
}
