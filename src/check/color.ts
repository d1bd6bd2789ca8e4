/** A colour of a style sheet, with how much it covers, 0 to 1. */
export interface Color {
  hex: string
  alpha: number
}

const NAMES: Record<string, string> = {
  white: '#ffffff',
  black: '#000000',
  red: '#ff0000',
  green: '#008000',
  blue: '#0000ff',
  gray: '#808080',
  grey: '#808080',
  silver: '#c0c0c0',
  yellow: '#ffff00',
  orange: '#ffa500',
  navy: '#000080',
  maroon: '#800000',
  teal: '#008080',
  purple: '#800080',
  lightgray: '#d3d3d3',
  lightgrey: '#d3d3d3',
  darkgray: '#a9a9a9',
  darkgrey: '#a9a9a9',
  whitesmoke: '#f5f5f5',
  dimgray: '#696969',
  gainsboro: '#dcdcdc',
}

/** Null for what names no colour, such as `none`, `inherit` or a picture alone. */
export function colorOf(value: string): Color | null {
  for (const [word] of value.matchAll(/#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|[a-z]+/gi)) {
    const color = oneColor(word.toLowerCase())
    if (color !== null) return color
  }
  return null
}

function oneColor(word: string): Color | null {
  if (word === 'transparent') return { hex: '#ffffff', alpha: 0 }
  const name = NAMES[word]
  if (name !== undefined) return { hex: name, alpha: 1 }
  if (word.startsWith('#')) {
    const digits = word.slice(1)
    const long = digits.length <= 4 ? [...digits].map((one) => one + one).join('') : digits
    if (long.length !== 6 && long.length !== 8) return null
    return { hex: `#${long.slice(0, 6)}`, alpha: long.length === 8 ? Number.parseInt(long.slice(6), 16) / 255 : 1 }
  }
  const parts = /^rgba?\(([^)]*)\)$/
    .exec(word)?.[1]
    ?.split(/[\s,/]+/)
    .filter((one) => one !== '')
  if (parts === undefined || parts.length < 3) return null
  const alpha =
    parts[3] === undefined ? 1 : parts[3].endsWith('%') ? Number.parseFloat(parts[3]) / 100 : Number(parts[3])
  return {
    hex: `#${parts
      .slice(0, 3)
      .map((one) => twoDigits(one.endsWith('%') ? Number.parseFloat(one) * 2.55 : Number(one)))
      .join('')}`,
    alpha,
  }
}

/** What is seen of a colour that lets some of the background through. */
export function mixedOver({ hex, alpha }: Color, background: string): string {
  const channel = (color: string, at: number): number => Number.parseInt(color.slice(at, at + 2), 16)
  return `#${[1, 3, 5].map((at) => twoDigits(channel(hex, at) * alpha + channel(background, at) * (1 - alpha))).join('')}`
}

const twoDigits = (value: number): string =>
  Math.max(0, Math.min(255, Math.round(value)))
    .toString(16)
    .padStart(2, '0')
