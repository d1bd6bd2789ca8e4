import type { Edition } from '../edition/edition.ts'
import type { FrontPage } from '../edition/group.ts'
import type { Publication } from '../edition/publication.ts'
import type { Pictures } from '../images/picture.ts'
import type { PictureFile } from '../images/picture-file.ts'
import type { Encoding } from './escape.ts'

/** Everything a view is made from. */
export interface Scene {
  edition: Edition
  page: FrontPage
  publication: Publication
  /** The language of dates, counts and built-in phrases; entries keep their own. */
  language: string
  pictures: Pictures
  logo: PictureFile | null
  /** Filled in as templates ask for pictures. */
  shown: ShownPictures
}

/** Which pictures a template really showed, and in which size: only those travel, and only their captions are looked for. */
export interface ShownPictures {
  entries: Map<number, Set<'wide' | 'thumb'>>
  logo: boolean
}

/** Where the message finds a picture: in itself (RFC 2392), or beside the hosted edition. */
export function pictureUrl(file: PictureFile, publication: Publication, date: string): string {
  if (publication.images === 'embed') return `cid:${contentId(file, publication)}`
  return `${publication.url.replace(/\/+$/, '')}/${date}/images/${file.name}`
}

export function contentId(file: PictureFile, publication: Publication): string {
  return `${file.name}@${publication.id}`
}

/** Encodes what is there; null stands for what is not. */
export function textIn(encoding: Encoding): (value: string | undefined) => unknown {
  return (value) => (value === undefined || value === '' ? null : encoding.encode(value))
}
