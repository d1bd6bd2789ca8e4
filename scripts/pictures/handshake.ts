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
  ochre,
  oxblood,
  paper,
  shape,
  slate,
  strokes,
} from './ink.ts'

// Stands in for a photograph we may not show, and says so in the picture. Nobody is portrayed.

const drop = 452

const flagOnTheLeft = [
  block(196, 0, 252, drop, blue),
  line(`196,0 448,${drop}`, paper, 54),
  line(`448,0 196,${drop}`, paper, 54),
  line(`196,0 448,${drop}`, oxblood, 20),
  line(`448,0 196,${drop}`, oxblood, 20),
  block(280, 0, 84, drop, paper),
  block(196, drop / 2 - 42, 252, 84, paper),
  block(299, 0, 46, drop, oxblood),
  block(196, drop / 2 - 23, 252, 46, oxblood),
].join('')

const flagOnTheRight = block(704, 0, 252, drop / 2, blue) + block(704, drop / 2, 252, drop / 2, ochre)

function flags(): string {
  const cloth = `<clipPath id="cloth"><rect x="196" width="252" height="${drop}"/></clipPath>`
  const folds = block(196, 0, 252, drop, 'url(#folds)') + block(704, 0, 252, drop, 'url(#folds)')
  return `${cloth}<g clip-path="url(#cloth)">${flagOnTheLeft}</g>${flagOnTheRight}${folds}`
}

/** Faces right and holds its hand out; the ground is at 0. */
function figure(coat: string, sleeve: string, trousers: string, hair: string, collar: string): string {
  return [
    line('-26,-258 -48,-206 -40,-150', coat, 26, 'stroke-linejoin="round" stroke-linecap="round"'),
    shape('-34,-150 4,-150 -2,-8 -30,-8', trousers),
    shape('0,-150 38,-150 34,-8 8,-8', trousers),
    shape('-34,-12 2,-12 10,0 -34,0', ink),
    shape('6,-12 38,-12 48,0 6,0', ink),
    `<path d="M-42 -128 L-46 -240 Q-44 -276 -12 -284 L22 -284 Q46 -276 46 -240 L42 -128 Z" fill="${coat}"/>`,
    shape('-8,-312 20,-312 22,-278 6,-262 -10,-278', newsprint),
    collar,
    `<ellipse cx="8" cy="-336" rx="29" ry="35" fill="${newsprint}"/>`,
    `<path d="M-20 -316 Q-36 -376 8 -378 Q36 -378 38 -350 Q20 -362 4 -354 Q-2 -336 -20 -316 Z" fill="${hair}"/>`,
    line('20,-256 40,-204 84,-208', sleeve, 27, 'stroke-linejoin="round"'),
    disc(20, -256, 13.5, sleeve),
  ].join('')
}

const shirtAndTie =
  shape('-12,-290 24,-290 30,-282 10,-206 -12,-276', paper) +
  shape('4,-284 16,-284 15,-274 16,-224 10,-208 5,-224 6,-274', oxblood)
const roundNeck = line('-12,-286 6,-276 26,-288', slate, 9)

const hands = [
  block(540, 335, 10, 30, paper),
  block(602, 335, 10, 30, slate),
  `<rect x="550" y="337" width="52" height="27" rx="10" fill="${newsprint}"/>`,
  `<path d="M562 340 Q584 336 590 347 Q586 352 574 349" fill="none" stroke="${ink}" stroke-width="2.5" stroke-linecap="round"/>`,
].join('')

export const handshake = leadPicture(
  'kyiv.png',
  [
    strokes('folds', 'rgb(28 27 24 / 13%)', 63, 24, 90),
    block(0, 0, 1152, 648, mist),
    flags(),
    block(0, 500, 1152, 148, slate),
    `<ellipse cx="462" cy="560" rx="84" ry="11" fill="${ink}" fill-opacity="0.3"/>`,
    `<ellipse cx="690" cy="560" rx="84" ry="11" fill="${ink}" fill-opacity="0.3"/>`,
    `<g transform="translate(456 558)">${figure(ink, '#35332d', ink, ink, shirtAndTie)}</g>`,
    `<g transform="translate(696 558) scale(-1 1)">${figure(night, blue, night, ink, roundNeck)}</g>`,
    hands,
    block(32, 580, 214, 40, paper),
    `<text x="48" y="607" font-family="Arimo" font-size="22" fill="${ink}">Drawn placeholder</text>`,
  ].join(''),
)
