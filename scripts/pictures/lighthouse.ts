import {
  block,
  blue,
  disc,
  ink,
  newsprint,
  night,
  ochre,
  oxblood,
  paper,
  placed,
  shape,
  slate,
  straw,
  strokes,
  thumbnail,
} from './ink.ts'

// Chokidar, the watchman: every page is a boat, and the beam rests on the one that has just changed.

function boat(sail: string): string {
  return [
    shape('-26,-4 2,-46 30,-4', sail),
    shape('2,-46 30,-4 2,-4', ink, 'fill-opacity="0.22"'),
    shape('-54,-14 54,-14 30,20 -30,20', paper),
    shape('54,-14 30,20 -4,20 8,-2', newsprint),
    shape('-54,-14 8,-2 -4,20 -30,20', paper),
  ].join('')
}

const tower = [
  shape('66,292 80,112 128,112 142,292', paper),
  shape('71,232 74.5,188 133.5,188 137,232', oxblood),
  shape('77.5,148 80,112 128,112 130.5,148', oxblood),
  shape('104,112 128,112 142,292 104,292', 'url(#shade)'),
  block(68, 102, 72, 10, ink),
  block(82, 70, 44, 32, straw),
  block(82, 70, 44, 6, ink),
  block(101, 70, 5, 32, ink),
  shape('76,70 104,44 132,70', ink),
  block(102, 32, 4, 14, ink),
].join('')

const stars = [34, 70, 22, 52, 92, 28, 60, 18, 46]

export const lighthouse = thumbnail(
  'lighthouse.png',
  [
    strokes('shade', 'rgb(28 27 24 / 26%)', 8, 3, 0),
    block(0, 0, 504, 336, night),
    ...stars.map((y, n) => disc(180 + n * 37, y, n % 2 ? 2 : 3, n % 3 ? slate : paper)),
    block(0, 262, 504, 74, blue),
    shape('126,84 504,128 504,262 330,262', ochre),
    shape('126,84 504,168 504,262 380,262', straw),
    ...[130, 104, 84, 52].map((width, n) => block(426 - width / 2, 288 + n * 12, width, 4, straw)),
    `<path d="M0 336 L0 296 Q60 262 150 288 L196 336 Z" fill="${ink}"/>`,
    tower,
    placed(boat(newsprint), 240, 268, -4, 0.72),
    placed(boat(oxblood), 424, 258, -3, 1.25),
    placed(boat(newsprint), 312, 306, 4, 1),
    block(206, 292, 44, 3, slate),
    block(250, 314, 30, 3, slate),
    block(338, 270, 30, 3, slate),
  ].join(''),
)
