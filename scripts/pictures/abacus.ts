import { block, blue, each, ink, newsprint, ochre, oxblood, paper, shape, slate, thumbnail } from './ink.ts'

// The parser counts to a hundred aliases and no further: ten rods of ten beads, the last one red.

function bead(rod: number, place: number): string {
  const last = rod === 9 && place === 9
  const x = 74 + place * 31 + (last ? 38 : 0)
  const y = 46 + rod * 25
  const colour = last ? oxblood : place > 4 ? slate : blue
  return `<rect x="${x}" y="${y}" width="29" height="20" rx="9" fill="${colour}"/>
    <rect x="${x + 8}" y="${y + 4}" width="11" height="3.5" rx="1.75" fill="${paper}" fill-opacity="0.55"/>`
}

export const abacus = thumbnail(
  'abacus.png',
  [
    block(0, 0, 504, 336, ochre),
    shape('34,318 70,336 504,336 504,54 470,20', ink, 'fill-opacity="0.25"'),
    `<rect x="34" y="18" width="436" height="300" rx="6" fill="${ink}"/>`,
    block(58, 36, 388, 264, newsprint),
    each(10, (rod) => block(58, 54.5 + rod * 25, 388, 3, ink)),
    each(10, (rod) => each(10, (place) => bead(rod, place))),
  ].join(''),
)
