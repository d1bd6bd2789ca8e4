import { DARK, LIGHT, type Palette, readableOn } from '../edition/palette.ts'
import type { Publication, Topic } from '../edition/publication.ts'

/** What the built-in templates are set in: measures in CSS pixels, fonts as CSS shorthands, colours in light and dark. */
export interface Theme {
  width: number
  /** The text column at full size: what a leading picture fills. */
  column: number
  thumb: number
  type: Type
  /** Size of the publication's name on a phone, where it can stand on one line. */
  phoneName: number
  /** CSS for small capitals; empty for scripts that have none. */
  caps: string
  light: Palette
  dark: Palette
}

/** One CSS `font` shorthand for each kind of text. Nothing is smaller than 14 px, no running text than 16 (inbox rules A12). */
export type Type = Record<
  'name' | 'intro' | 'lead' | 'leadText' | 'headline' | 'text' | 'label' | 'small' | 'alt',
  string
>

interface Fonts {
  headline: string
  text: string
  label: string
}

const SERIF = 'Georgia,Times,serif'
const SANS = 'Arial,Helvetica,sans-serif'
const TYPEWRITER = 'Courier New,Courier,monospace'

interface Preset {
  fonts: Fonts
  nameSize: number
  sizes: Record<Exclude<keyof Type, 'name'>, string>
}

/** The three built-in designs; a template of a publication's own starts from the first. */
const PRESETS: Record<string, Preset> = {
  broadsheet: {
    fonts: { headline: SERIF, text: SERIF, label: SANS },
    nameSize: 46,
    sizes: {
      intro: 'italic 19px/29px',
      lead: 'bold 34px/40px',
      leadText: '18px/28px',
      headline: 'bold 22px/28px',
      text: '17px/26px',
      label: 'bold 14px/20px',
      small: '14px/20px',
      alt: 'italic 16px/24px',
    },
  },
  bulletin: {
    fonts: { headline: SANS, text: SANS, label: SANS },
    nameSize: 28,
    sizes: {
      intro: '17px/26px',
      lead: 'bold 24px/30px',
      leadText: '16px/24px',
      headline: 'bold 18px/24px',
      text: '16px/24px',
      label: 'bold 14px/20px',
      small: '14px/20px',
      alt: '16px/24px',
    },
  },
  wire: {
    fonts: { headline: SERIF, text: SERIF, label: TYPEWRITER },
    nameSize: 30,
    sizes: {
      intro: 'italic 17px/26px',
      lead: 'bold 24px/31px',
      leadText: '17px/27px',
      headline: 'bold 19px/26px',
      text: '17px/27px',
      label: 'bold 14px/20px',
      small: '14px/20px',
      alt: 'italic 16px/24px',
    },
  },
}

const MARGIN = 32
/** Small coloured capitals look duller on black than their contrast says. */
const BRIGHT = 6.5

export function themeOf(publication: Publication): Theme {
  const given = publication.theme ?? {}
  const preset = PRESETS[publication.template] ?? PRESETS['broadsheet']
  if (preset === undefined) throw new Error('no preset')
  const { fonts, sizes, nameSize } = preset
  const headline = given.fonts?.headline ?? fonts.headline
  const text = given.fonts?.text ?? fonts.text
  const label = given.fonts?.label ?? fonts.label
  const width = given.width ?? 640
  const column = width - 2 * MARGIN
  const light = {
    ...LIGHT,
    paper: given.paper ?? LIGHT.paper,
    ink: given.ink ?? LIGHT.ink,
    accent: given.accent ?? LIGHT.accent,
  }
  const script = new Intl.Locale(publication.language).maximize().script ?? 'Latn'
  const slanted = ['Latn', 'Cyrl', 'Grek'].includes(script)
  return {
    width,
    column,
    thumb: Math.round(column * 0.29),
    type: {
      name: `bold ${fitted(publication.name, column, nameSize)}px/1.15 ${headline}`,
      intro: `${slanted ? sizes.intro : sizes.intro.replace('italic ', '')} ${text}`,
      lead: `${sizes.lead} ${headline}`,
      leadText: `${sizes.leadText} ${text}`,
      headline: `${sizes.headline} ${headline}`,
      text: `${sizes.text} ${text}`,
      label: `${sizes.label} ${label}`,
      small: `${sizes.small} ${label}`,
      alt: `${slanted ? sizes.alt : sizes.alt.replace('italic ', '')} ${text}`,
    },
    phoneName: fitted(publication.name, 335, Math.min(nameSize, 36)),
    caps: slanted ? 'letter-spacing:.08em;text-transform:uppercase;' : '',
    light: { ...light, muted: readableOn(LIGHT.muted, light.paper) },
    dark: { ...DARK, accent: readableOn(light.accent, DARK.paper, BRIGHT) },
  }
}

/** A topic's colour where it can be read, on paper and in the dark. */
export function topicColors(topic: Topic, theme: Theme): { light: string; dark: string } {
  const accent = topic.accent ?? theme.light.accent
  return { light: accent, dark: readableOn(accent, theme.dark.paper, BRIGHT) }
}

/** Bold letters are up to 0.61 em wide on average, East Asian signs 1 em. */
function fitted(name: string, column: number, most: number): number {
  const ems = [...name].reduce(
    (sum, sign) =>
      sum + (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(sign) ? 1 : 0.61),
    0,
  )
  return Math.max(22, Math.min(most, Math.floor(column / ems)))
}
