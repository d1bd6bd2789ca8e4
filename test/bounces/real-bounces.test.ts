import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { asTable, compareBounces, DECIDED, isDecided, isDifferent } from '../../scripts/bounce-table.ts'
import { sharedReal } from '../support/publication.ts'

/** Returned mail of other people's servers, with what a person read in it; beside the repository and never in it. */
const folder = path.join(sharedReal, 'bounces')
const there = existsSync(folder)
if (!there) console.info(`Skipped: there is no real returned mail in ${path.relative(process.cwd(), folder)}.`)

describe('real returned mail', () => {
  it.skipIf(!there)('comes to what a person read in it, but for what was decided otherwise', async () => {
    const rows = await compareBounces(folder)
    console.info(asTable(rows))
    expect(rows.filter((one) => isDifferent(one) && !isDecided(one))).toEqual([])
    expect(rows.filter(isDecided)).toHaveLength(DECIDED.length)
    expect(rows.filter((one) => one.file === 'mailbox__mbox-0')).toHaveLength(37)
  })
})
