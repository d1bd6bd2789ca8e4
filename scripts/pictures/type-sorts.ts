import {
  block,
  blue,
  each,
  ink,
  mist,
  newsprint,
  night,
  ochre,
  paper,
  placed,
  shape,
  slate,
  straw,
  strokes,
  thumbnail,
} from './ink.ts'

// TypeScript's compiler, recast: one piece of metal type let down among the wooden ones.

type Stuff = { front: string; top: string; side: string; grain: string }

const wood: Stuff = { front: ochre, top: straw, side: '#7d5a1c', grain: 'url(#grain)' }
const metal: Stuff = { front: blue, top: mist, side: night, grain: 'none' }

/** A letter on type is the mirror of the letter it prints. */
function sort(letter: string, { front, top, side, grain }: Stuff): string {
  return [
    shape('86,0 124,-76 124,144 86,220', side),
    shape('0,0 86,0 124,-76 38,-76', top),
    `<g transform="matrix(-1 0 -0.5 0.9 51 -16)"><text text-anchor="middle" font-family="Gelasio" font-weight="700" font-size="70" fill="${ink}">${letter}</text></g>`,
    block(0, 0, 86, 220, front),
    block(0, 0, 86, 220, grain),
    block(0, 0, 86, 5, paper, 'fill-opacity="0.55"'),
    block(0, 106, 86, 10, ink, 'fill-opacity="0.6"'),
    block(0, 124, 86, 5, ink, 'fill-opacity="0.6"'),
    block(0, 0, 3, 220, ink, 'fill-opacity="0.5"'),
    shape('0,0 38,-76 41,-76 3,0', ink, 'fill-opacity="0.35"'),
  ].join('')
}

export const typeSorts = thumbnail(
  'type-sorts.png',
  [
    strokes('grain', 'rgb(28 27 24 / 16%)', 14, 3, 88),
    block(0, 0, 504, 336, newsprint),
    block(0, 262, 504, 74, slate),
    each(5, (n) => placed(sort('SEPYT'[n] ?? '', n === 2 ? metal : wood), 18 + n * 86, n === 2 ? 100 : 186)),
  ].join(''),
)
