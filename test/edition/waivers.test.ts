import { describe, expect, it } from 'vitest'
import { anEdition, anEntry, anImage, placedAll, readText } from '../support/publication.ts'

const noCredit = anImage({ credit: undefined })
const reason = 'the agency asked for none'

describe('a waiver', () => {
  it('of an entry silences that finding of that entry, and no other', async () => {
    const { edition, findings } = await readText(
      anEdition([
        anEntry({ image: noCredit, ignore: { 'image-credit-missing': reason } }),
        anEntry({ image: noCredit }),
      ]),
    )
    expect(findings.map((one) => [one.code, one.entry])).toEqual([['image-credit-missing', 2]])
    expect(edition?.entries[0]?.ignore).toEqual({ 'image-credit-missing': reason })
  })

  it('of the edition silences it everywhere', async () => {
    const { findings } = await readText(
      anEdition([anEntry({ image: noCredit }), anEntry({ image: noCredit })], {
        ignore: { 'image-credit-missing': reason },
      }),
    )
    expect(findings).toEqual([])
  })

  it('works for a warning as well', async () => {
    const http = anEntry({ url: 'http://example.org/' })
    expect((await readText(anEdition([http]))).findings.map((one) => one.code)).toEqual(['url-http'])
    const { findings } = await readText(
      anEdition([anEntry({ url: 'http://example.org/', ignore: { 'url-http': reason } })]),
    )
    expect(findings).toEqual([])
  })

  it('of a code that does not exist is an error at its line', async () => {
    const { findings } = await readText(anEdition([anEntry({ ignore: { 'summary-too-loud': reason } })]))
    expect(findings).toMatchObject([{ code: 'ignore-unknown', line: 7, entry: 1, severity: 'error' }])
    expect(findings[0]?.message).toContain('"summary-too-loud"')
  })

  it.each(['control-character', 'url-userinfo', 'text-cut', 'image-outside', 'content-lost'])(
    'of %s is forbidden, and silences nothing',
    async (code) => {
      const { findings } = await readText(anEdition([anEntry({ kicker: '"a\\u202eb"', ignore: { [code]: reason } })]))
      expect(findings.map((one) => one.code).toSorted()).toEqual(['control-character', 'ignore-forbidden'])
    },
  )

  it('of a forbidden or unknown code at the top is an error too', async () => {
    const { findings } = await readText(anEdition(undefined, { ignore: { 'url-scheme': reason, nonsense: reason } }))
    expect(placedAll(findings)).toEqual(['2:15 ignore-forbidden', '3:13 ignore-unknown'])
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])('named %s is unknown like any other', async (code) => {
    const { findings } = await readText(anEdition([anEntry({ ignore: { [`"${code}"`]: reason } })]))
    expect(findings.map((one) => one.code)).toEqual(['ignore-unknown'])
  })

  it('without a reason silences nothing, and says what is missing', async () => {
    const { findings } = await readText(
      anEdition([anEntry({ image: noCredit, ignore: { 'image-credit-missing': '' } })]),
    )
    expect(findings.map((one) => one.code)).toContain('image-credit-missing')
  })
})
