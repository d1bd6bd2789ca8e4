import { type Finding, finding, type Place } from '../problems/finding.ts'
import type { PublicationFile } from './publication.ts'

/** The colours of an email, each as #rrggbb. */
export interface Palette {
  /** Behind the paper. */
  desk: string
  paper: string
  ink: string
  /** Captions, dates, sources. */
  muted: string
  rule: string
  /** Kickers, and topics without a colour of their own. */
  accent: string
}

export const LIGHT: Palette = {
  desk: '#f3eee6',
  paper: '#fffdf8',
  ink: '#1c1b18',
  muted: '#5f594f',
  rule: '#d9d3c7',
  accent: '#9e2b25',
}
export const DARK: Omit<Palette, 'accent'> = {
  desk: '#131210',
  paper: '#1c1b18',
  ink: '#f2ede3',
  muted: '#b5ad9f',
  rule: '#45413a',
}

/** What WCAG 2.2 asks of running text (1.4.3). */
export const READABLE = 4.5

/** Colours a publication chose that cannot be read on its paper. In the dark, accents are lightened by ourselves. */
export function contrastFindings(
  publication: PublicationFile,
  placeOf: (path: readonly PropertyKey[]) => Place,
): Finding[] {
  const paper = publication.theme?.paper ?? LIGHT.paper
  const chosen: { path: PropertyKey[]; color: string | undefined; what: string }[] = [
    { path: ['theme', 'ink'], color: publication.theme?.ink ?? LIGHT.ink, what: 'The ink' },
    { path: ['theme', 'accent'], color: publication.theme?.accent, what: 'The accent' },
    ...publication.topics.map((topic, index) => ({
      path: ['topics', index, 'accent'],
      color: topic.accent,
      what: `The accent of ${topic.name}`,
    })),
  ]
  return chosen.flatMap(({ path, color, what }) => {
    if (color === undefined || contrast(color, paper) >= READABLE) return []
    const message = `${what} (${color}) has a contrast of ${contrast(color, paper).toFixed(1)} to 1 on the paper (${paper}); ${READABLE} is the least.`
    return [
      finding(
        'theme-contrast',
        placeOf(path),
        message,
        `The nearest that can be read is ${readableOn(color, paper, READABLE)}.`,
      ),
    ]
  })
}

/** WCAG 2.2 contrast of two #rrggbb colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

/** The colour, mixed with white or black just far enough to be read on the background at the given contrast. */
export function readableOn(color: string, background: string, wanted = 4.6): string {
  const target = luminance(background) < 0.18 ? 255 : 0
  for (let share = 0; share <= 1; share += 0.05) {
    const mixed = channels(color).map((channel) => Math.round(channel + (target - channel) * share))
    const hex = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
    if (contrast(hex, background) >= wanted) return hex
  }
  return target === 255 ? '#ffffff' : '#000000'
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
