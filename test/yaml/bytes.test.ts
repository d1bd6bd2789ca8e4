import { describe, expect, it } from 'vitest'
import { decodeSource, LARGEST_FILE_BYTES } from '../../src/yaml/source.ts'
import { anEdition, anEntry, aPublication, DATE, dot, placedAll, readAll, readText } from '../support/publication.ts'

const FILE = `digests/${DATE}.yaml`
const good = anEdition([anEntry({ headline: 'Naïve café 新聞' })])

async function readBytes(bytes: string | Uint8Array) {
  return readAll(await aPublication({ files: { [FILE]: bytes } }))
}

describe('a file', () => {
  it('with a byte-order mark reads like one without', async () => {
    const { edition, findings } = await readBytes(`\ufeff${good}`)
    expect(findings).toEqual([])
    expect(edition?.entries[0]?.headline).toBe('Naïve café 新聞')
  })

  it('with Windows line ends reads the same, its findings on the same lines', async () => {
    const broken = anEdition([anEntry({ headline: 'UK: troops', kicker: 'Two #2' }), anEntry({ topic: 'wrold' })])
    const unix = await readText(broken)
    const windows = await readBytes(broken.replaceAll('\n', '\r\n'))
    expect(unix.findings).toHaveLength(3)
    expect(windows.findings).toEqual(unix.findings)
    expect(windows.edition?.entries.map((entry) => entry.summary)).toEqual(
      unix.edition?.entries.map((entry) => entry.summary),
    )
  })

  it('with old Macintosh line ends reads the same', async () => {
    expect((await readBytes(good.replaceAll('\n', '\r'))).findings).toEqual([])
  })

  it('without a line end at its end reads the same', async () => {
    expect((await readBytes(good.trimEnd())).findings).toEqual([])
    expect(placedAll((await readBytes(anEdition([anEntry({ kicker: 'Two #2' })]).trimEnd())).findings)).toEqual([
      '6:17 text-cut',
    ])
  })

  it.each([
    ['a picture', dot],
    ['UTF-16 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good, 'utf16le')])],
    ['UTF-16 without its mark', Buffer.from('entries:\n', 'utf16le')],
    ['Windows-1252', Buffer.from('subject: caf\xe9 \x80\n', 'latin1')],
    ['a zipped document', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0xff, 0xfe])],
    ['text with a zero byte', Buffer.from('subject: a\0b\n')],
  ])('that is %s is refused as no text', async (_, bytes) => {
    const { edition, findings } = await readBytes(bytes)
    expect(edition).toBeNull()
    expect(findings).toMatchObject([{ code: 'file-not-text', file: FILE, line: null, severity: 'error' }])
    expect(findings[0]?.hint).not.toBe('')
  })

  it.each([
    ['nothing', ''],
    ['a byte-order mark', '\ufeff'],
    ['spaces and line ends', ' \n\r\n \n'],
    ['comments', '# to be written\n  # tomorrow\n'],
  ])('that holds only %s is reported as empty', async (_, text) => {
    const { edition, findings } = await readBytes(text)
    expect(edition).toBeNull()
    expect(findings).toMatchObject([{ code: 'file-empty', file: FILE }])
  })

  it('of 300 KB is refused by its size, before it is read', async () => {
    const { edition, findings } = await readBytes(`${good}# ${'x'.repeat(300 * 1024)}\n`)
    expect(edition).toBeNull()
    expect(findings).toMatchObject([{ code: 'file-too-large' }])
    expect(findings[0]?.message).toContain('300 KB')
  })

  it('of 256 KB to the byte is the largest that is read', () => {
    expect(decodeSource(Buffer.alloc(LARGEST_FILE_BYTES, 'a'), FILE).source).not.toBeNull()
    expect(decodeSource(Buffer.alloc(LARGEST_FILE_BYTES + 1, 'a'), FILE).source).toBeNull()
  })

  it('of three dashes alone is reported, not taken for an edition', async () => {
    const { edition, findings } = await readBytes('---\n')
    expect(edition?.entries ?? []).toEqual([])
    expect(findings.length).toBeGreaterThan(0)
  })
})
