import type { Entry } from '../edition/edition.ts'
import type { Encoding } from './escape.ts'
import { pictureUrl, type Scene, textIn } from './scene.ts'
import type { Theme } from './theme.ts'

/** An entry's picture as templates see it; null where there is none to show, and with it caption and credit. */
export function imageView(entry: Entry, scene: Scene, theme: Theme, encoding: Encoding) {
  const { image, position } = entry
  const picture = scene.pictures.get(position)
  if (image === undefined || picture === undefined) return null
  // The plain text says what is under the pictures the HTML shows.
  if (encoding.kind === 'text' && !scene.shown.entries.has(position)) return null
  const text = textIn(encoding)
  const slot = (name: 'wide' | 'thumb', width: number, tallest: number) => {
    const { natural } = picture
    const drawn =
      natural === null
        ? width
        : Math.max(1, Math.min(width, natural.width, Math.round((tallest * natural.width) / natural.height)))
    return {
      get src() {
        scene.shown.entries.set(position, (scene.shown.entries.get(position) ?? new Set()).add(name))
        return text(
          picture.kind === 'remote' ? picture.src : pictureUrl(picture[name], scene.publication, scene.edition.date),
        )
      },
      width: drawn,
      height: natural === null ? null : Math.max(1, Math.round((drawn * natural.height) / natural.width)),
      /** How wide it may grow on a phone, where a thumbnail stands alone. */
      most: name === 'wide' || natural === null ? drawn : Math.min(natural.width, drawn * 2),
    }
  }
  return {
    alt: encoding.encode(image.alt === undefined ? '' : image.alt),
    caption: text(image.caption),
    credit: text(
      image.credit === undefined ? undefined : styledCredit(image.credit, keptTogether(scene.publication.creditStyle)),
    ),
    wide: slot('wide', theme.column, theme.column),
    thumb: slot('thumb', theme.thumb, theme.thumb * 1.4),
  }
}

/** The credit in house style; one that brings its own © is left as it is, so that the sign never doubles. */
export function styledCredit(credit: string, style: string): string {
  return /^(©|\(c\)|copyright\b)/i.test(credit) ? credit : style.replace('{credit}', () => credit)
}

/** A line never ends on the sign with its name on the next. */
const keptTogether = (style: string): string => style.replaceAll('© ', '©\u00a0')
