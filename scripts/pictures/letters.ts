import {
  block,
  blue,
  disc,
  ink,
  leadPicture,
  line,
  mist,
  newsprint,
  night,
  oxblood,
  paper,
  placed,
  shape,
  slate,
  straw,
  strokes,
} from './ink.ts'

// Nodemailer can call one letter back while the others fly on.

/** An envelope whose open flap is its wing. */
function letter(seal: string): string {
  return [
    shape('-50,-28 50,-28 -34,-88', paper),
    shape('-50,-28 0,-28 -34,-88', 'url(#wing)'),
    block(-50, -28, 100, 62, newsprint),
    shape('-50,-28 50,-28 0,8', slate),
    shape('-50,34 50,34 0,-6', paper),
    disc(0, 14, 7, seal),
  ].join('')
}

const sender = [
  shape('-14,-4 -14,52 2,52 4,-4', ink),
  shape('10,-4 14,52 30,52 28,-4', ink),
  shape('-34,8 -20,-84 20,-84 40,8', ink),
  disc(4, -106, 20, newsprint),
  `<path d="M-18 -106 Q-18 -134 4 -134 Q27 -134 25 -108 Q10 -118 -2 -110 Z" fill="${ink}"/>`,
  line('6,-68 34,-76 66,-112', ink, 15, 'stroke-linecap="round" stroke-linejoin="round"'),
  disc(70, -116, 8, newsprint),
  shape('-21,-92 25,-92 26,-74 -23,-74', oxblood),
  shape('-19,-90 -74,-84 -98,-58 -70,-62 -17,-74', oxblood),
].join('')

const pillarBox = [
  block(-22, -92, 44, 92, oxblood),
  block(6, -92, 16, 92, ink, 'fill-opacity="0.25"'),
  `<path d="M-28 -92 Q-24 -116 0 -116 Q24 -116 28 -92 Z" fill="${oxblood}"/>`,
  block(-28, -95, 56, 7, ink),
  block(-14, -76, 28, 6, ink),
  block(-10, -60, 20, 18, paper),
  block(-26, -10, 52, 10, ink),
].join('')

const flock: [x: number, y: number, turn: number, scale: number][] = [
  [1040, 214, -10, 1.1],
  [922, 148, -12, 0.96],
  [812, 98, -13, 0.84],
  [714, 62, -14, 0.72],
  [912, 300, -8, 0.96],
  [790, 366, -6, 0.84],
]

/** A line of the ploughed hill, following its crest. */
function furrow(n: number): string {
  const down = 28 + n * 28
  return `<path d="M0 ${452 + down} C150 ${430 + down} 260 ${452 + down} 400 ${520 + down} S720 ${606 + down} 1152 ${566 + down}"
    fill="none" stroke="${slate}" stroke-width="3" stroke-opacity="0.6"/>`
}

export const letters = leadPicture(
  'letters.png',
  [
    strokes('wing', 'rgb(111 132 144 / 45%)', 9, 3, 60),
    block(0, 0, 1152, 648, mist),
    disc(520, 262, 150, straw),
    shape('0,560 130,452 262,540 430,424 600,530 770,446 930,536 1152,420 1152,648 0,648', slate),
    `<path d="M0 452 C150 430 260 452 400 520 S720 606 1152 566 L1152 648 L0 648 Z" fill="${blue}"/>`,
    ...[0, 1, 2, 3].map((n) => furrow(n)),
    `<path d="M0 600 C300 560 620 640 1152 612 L1152 648 L0 648 Z" fill="${night}"/>`,
    ...flock.map(([x, y, turn, scale]) => placed(letter(slate), x, y, turn, scale)),
    `<path d="M250 284 Q360 330 470 286" fill="none" stroke="${oxblood}" stroke-width="4"/>`,
    placed(letter(oxblood), 524, 252, 11, 1.2),
    placed(pillarBox, 322, 490, 4),
    placed(sender, 180, 400),
  ].join(''),
)
