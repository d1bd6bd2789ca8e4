// What every sample picture is drawn with: one palette, and shade laid on in strokes as on newsprint, never by gradient.

export type Picture = { file: string; width: number; height: number; drawing: string }

export const paper = '#fffdf8'
export const newsprint = '#ece3d3'
export const ink = '#1c1b18'
export const blue = '#1f4e79'
export const night = '#163a5c'
export const slate = '#6f8490'
export const mist = '#c9d6df'
export const oxblood = '#9e2b25'
export const ochre = '#d9a441'
export const straw = '#f2dfb0'
export const green = '#2c6e49'

/** The picture beside an entry: shown 168 pixels wide, drawn at three times that. */
export function thumbnail(file: string, drawing: string): Picture {
  return { file, width: 504, height: 336, drawing }
}

/** The picture over the lead: shown 576 pixels wide, drawn at twice that. */
export function leadPicture(file: string, drawing: string): Picture {
  return { file, width: 1152, height: 648, drawing }
}

/** Parallel strokes to fill a shape with: `fill="url(#id)"`. */
export function strokes(id: string, colour: string, pitch: number, weight: number, angle = 45): string {
  return `<pattern id="${id}" width="${pitch}" height="${pitch}" patternUnits="userSpaceOnUse" patternTransform="rotate(${angle})">
    <rect width="${pitch}" height="${weight}" fill="${colour}"/></pattern>`
}

export function shape(points: string, fill: string, more = ''): string {
  return `<polygon points="${points}" fill="${fill}" ${more}/>`
}

export function block(x: number, y: number, width: number, height: number, fill: string, more = ''): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" ${more}/>`
}

export function disc(x: number, y: number, radius: number, fill: string, more = ''): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}" ${more}/>`
}

export function line(points: string, colour: string, weight: number, more = ''): string {
  return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${weight}" ${more}/>`
}

/** A drawing set down somewhere else, turned and scaled. */
export function placed(drawing: string, x: number, y: number, turn = 0, scale = 1): string {
  return `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${scale})">${drawing}</g>`
}

/** `count` things in a row, by their number from 0. */
export function each(count: number, draw: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => draw(index)).join('')
}
