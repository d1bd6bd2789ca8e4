import { block, blue, each, ink, mist, oxblood, placed, shape, slate, straw, strokes, thumbnail } from './ink.ts'

// Handlebars, named for a moustache, goes to the barber.

const half =
  'M252 168 C236 128 178 120 142 160 C112 194 66 200 56 166 C50 144 76 132 88 150 C80 104 16 112 18 172 C20 226 88 254 152 236 C200 222 240 212 252 188 Z'

const blade = shape('-10,0 -2,-150 10,0', mist) + shape('-2,-150 10,0 0,0', slate)
const scissors = [
  placed(
    blade +
      `<circle cx="-14" cy="66" r="24" fill="none" stroke="${oxblood}" stroke-width="13"/>` +
      shape('-10,-6 10,-6 2,46 -12,46', oxblood),
    0,
    0,
    15,
  ),
  placed(
    `<g transform="scale(-1 1)">${blade}<circle cx="-14" cy="66" r="24" fill="none" stroke="${oxblood}" stroke-width="13"/>${shape('-10,-6 10,-6 2,46 -12,46', oxblood)}</g>`,
    0,
    0,
    -15,
  ),
  `<circle r="5" fill="${ink}"/>`,
].join('')

const comb = [
  `<rect x="0" y="30" width="250" height="24" rx="6" fill="${blue}"/>`,
  each(24, (n) => block(4 + n * 10.2, 0, n < 12 ? 6 : 4, 34, blue)),
].join('')

export const moustache = thumbnail(
  'moustache.png',
  [
    strokes('hairs', 'rgb(255 253 248 / 20%)', 12, 3, 68),
    block(0, 0, 504, 336, straw),
    placed(`<path d="${half}" fill="${ink}"/><path d="${half}" fill="url(#hairs)"/>`, 0, -12),
    `<g transform="translate(504 -12) scale(-1 1)"><path d="${half}" fill="${ink}"/><path d="${half}" fill="url(#hairs)"/></g>`,
    placed(comb, 62, 270, -3),
    placed(scissors, 448, 72, 200, 0.66),
    `<path d="M408 246 Q430 232 438 252 Q428 244 412 256 Z" fill="${ink}"/>`,
    `<path d="M386 296 Q402 280 418 292 Q402 290 392 304 Z" fill="${ink}"/>`,
  ].join(''),
)
