import {
  block,
  disc,
  each,
  green,
  ink,
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
  thumbnail,
} from './ink.ts'

// MJML's door to other files stays shut until somebody turns the key.

function column(x: number, y: number, lines: number, width = 52): string {
  return each(lines, (n) => block(x, y + n * 11, n === lines - 1 ? width * 0.6 : width, 5, slate))
}

function window(x: number, y: number): string {
  return (
    block(x, y, 52, 56, night) +
    block(x + 24, y, 4, 56, paper) +
    block(x, y + 26, 52, 4, paper) +
    shape(`${x},${y} ${x + 24},${y} ${x},${y + 26}`, ochre)
  )
}

const door = [
  block(224, 206, 56, 86, ink),
  block(230, 212, 44, 80, oxblood),
  block(238, 222, 28, 20, 'url(#panel)'),
  block(240, 252, 24, 6, ink),
  disc(266, 266, 4, ochre),
  block(212, 292, 80, 8, slate),
].join('')

const key = `<g fill="none" stroke="${ochre}" stroke-width="5"><circle cx="303" cy="228" r="8"/><path d="M303 236 V264 M303 254 H311 M303 262 H313"/></g>`

export const pageHouse = thumbnail(
  'page-house.png',
  [
    strokes('shadow', 'rgb(28 27 24 / 42%)', 9, 3, 45),
    strokes('panel', 'rgb(28 27 24 / 30%)', 6, 2, 0),
    block(0, 0, 504, 336, mist),
    disc(84, 78, 34, paper),
    shape('0,300 504,300 504,336 0,336', green),
    shape('378,92 432,146 432,300 378,300', 'url(#shadow)'),
    shape('126,24 340,24 378,62 378,300 126,300', paper),
    shape('340,24 340,62 378,62', newsprint),
    block(146, 40, 178, 20, ink),
    line('146,72 358,72', ink, 4),
    line('146,79 358,79', ink, 1.5),
    window(146, 94),
    column(226, 94, 8),
    window(306, 94),
    column(146, 168, 11),
    column(306, 168, 4),
    column(326, 212, 7, 34),
    door,
    key,
    disc(98, 282, 30, green),
    disc(66, 292, 20, green),
    disc(452, 284, 28, green),
  ].join(''),
)
