import {
  block,
  disc,
  each,
  ink,
  line,
  mist,
  newsprint,
  night,
  ochre,
  oxblood,
  paper,
  placed,
  shape,
  slate,
  straw,
  thumbnail,
} from './ink.ts'

// One instant on 20 November 2026: two in New York, seven in London, four in Tokyo.

function dial(hour: number, radius: number, face: string, hands: string): string {
  return [
    disc(0, 0, radius, ink),
    disc(0, 0, radius - 7, face),
    each(
      12,
      (n) =>
        `<rect x="-2" y="${12 - radius}" width="4" height="${n % 3 ? 7 : 13}" fill="${ink}" transform="rotate(${n * 30})"/>`,
    ),
    `<g stroke="${hands}" stroke-linecap="round"><line y2="${22 - radius}" stroke-width="6"/>
     <line y2="${40 - radius}" stroke-width="9" transform="rotate(${hour * 30})"/></g>`,
    disc(0, 0, 7, hands),
  ].join('')
}

const moonAndStars =
  disc(52, 50, 20, straw) +
  disc(62, 44, 18, night) +
  disc(120, 36, 3, paper) +
  disc(94, 78, 2.5, paper) +
  disc(24, 96, 2.5, paper)
const newYork = shape(
  '0,336 0,268 26,268 26,250 48,250 48,228 58,228 58,206 62,206 66,228 76,228 76,250 96,250 96,276 122,276 122,258 148,258 148,336',
  ink,
)
const london = shape(
  '160,336 160,286 202,286 202,296 232,296 232,240 228,240 228,232 250,206 272,232 272,240 268,240 268,296 300,296 300,280 352,280 352,336',
  ink,
)
const tokyo = [
  shape(
    '352,336 352,290 384,290 384,272 412,272 412,300 428,300 442,206 446,206 460,300 480,300 480,262 504,262 504,336',
    ink,
  ),
  block(432, 262, 24, 5, ink),
  block(428, 286, 32, 5, ink),
].join('')

export const clocks = thumbnail(
  'clocks.png',
  [
    block(0, 0, 150, 336, night),
    block(150, 0, 204, 336, slate),
    block(354, 0, 150, 336, mist),
    moonAndStars,
    disc(252, 258, 62, straw),
    disc(462, 62, 28, ochre),
    newYork,
    london,
    tokyo,
    placed(dial(2, 54, newsprint, ink), 75, 164),
    placed(dial(7, 82, paper, oxblood), 252, 122),
    placed(dial(4, 54, newsprint, ink), 429, 164),
    line('150,0 150,336', paper, 4),
    line('354,0 354,336', paper, 4),
  ].join(''),
)
