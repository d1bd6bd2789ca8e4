import type { Entry, Image } from '../edition/edition.ts'
import { type Say, typographyOf } from './typography.ts'
import { bare, countCharacters, countSentences } from './words.ts'

const ALT = 150
const CAPTION = { characters: 200, sentences: 2 }
const IMAGE_OF =
  /^(?:an? |the )?(?:image|picture|photo|photograph|graphic|screenshot|illustration) (?:of|showing|shows)\b|^(?:ein )?(?:bild|foto) (?:von|eines|einer|des)\b|^(?:une? )?(?:image|photo|photographie) d(?:e|es|u)\b|^(?:una? )?(?:imagen|foto|fotografía) de\b|^صورة (?:ل|تظهر)|の(?:写真|画像)$/iu

/** Caption, credit and alt of one picture: what they say, and what they say twice. */
export function imageFindings(entry: Entry, image: Image, language: string, say: Say): void {
  const { alt, caption, credit, src } = image
  if (/^https?:/i.test(src) && URL.canParse(src) && /\.(?:webp|avif|svg|heic|tiff?|bmp)$/i.test(new URL(src).pathname))
    say(
      'image-type',
      'image.src',
      `${new URL(src).pathname.split('.').at(-1)?.toUpperCase()} pictures are not shown everywhere.`,
      'Use a JPEG or PNG; a file in digests/images/ is converted by itself.',
    )
  if (caption !== undefined) {
    const length = countCharacters(caption)
    const sentences = countSentences(caption, language)
    if (length > CAPTION.characters || sentences > CAPTION.sentences + 1)
      say(
        'caption-long',
        'image.caption',
        `The caption has ${length} characters in ${sentences} ${sentences === 1 ? 'sentence' : 'sentences'}.`,
        `${CAPTION.characters} characters and ${CAPTION.sentences} sentences are the most.`,
      )
    if (bare(caption) === bare(entry.headline))
      say('caption-repeats', 'image.caption', 'The caption repeats the headline.', 'Say what the picture shows.')
    typographyOf(caption, 'plain', (code, message, hint) => say(code, 'image.caption', message, hint))
  }
  if (alt !== undefined) {
    if (countCharacters(alt) > ALT)
      say(
        'alt-long',
        'image.alt',
        `The alt text has ${countCharacters(alt)} characters; ${ALT} is the most.`,
        'Say what matters in the picture.',
      )
    if (/^\S+\.(?:jpe?g|png|gif|webp|svg|heic)$|^(?:IMG|DSC|DSCF|PXL|Screenshot)[ _-]?\d+/i.test(alt))
      say('alt-file-name', 'image.alt', `"${alt}" is the name of a file.`, 'Say what the picture shows.')
    else if (bare(alt) !== '' && (bare(alt) === bare(caption ?? '') || bare(alt) === bare(entry.headline)))
      say(
        'alt-repeats',
        'image.alt',
        `The alt text repeats the ${bare(alt) === bare(caption ?? '') ? 'caption' : 'headline'}.`,
        'Say what a reader who cannot see the picture misses.',
      )
    if (IMAGE_OF.test(alt))
      say(
        'alt-image-of',
        'image.alt',
        `The alt text begins with "${alt.split(' ').slice(0, 3).join(' ')}".`,
        'Begin with what is in the picture.',
      )
    typographyOf(alt, 'plain', (code, message, hint) => say(code, 'image.alt', message, hint))
  }
  if (credit !== undefined && (/\S\s+\/|\/\s+\S/.test(credit) || /^(?:©|\(c\)|copyright\b)/i.test(credit)))
    say(
      'credit-form',
      'image.credit',
      `The credit is written "${credit}".`,
      'Write it as  Stefan Rousseau/PA Wire;  the © is set by the house style.',
    )
}
