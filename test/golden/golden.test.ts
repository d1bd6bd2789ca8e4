import { access, cp, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { reportText } from '../../src/check/report.ts'
import { listEditions } from '../../src/edition/calendar.ts'
import { readPublication } from '../../src/edition/read.ts'
import { codes } from '../../src/problems/codes.ts'
import { waived } from '../../src/edition/waive.ts'
import type { Finding } from '../../src/problems/finding.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'
import { emptyFolder } from '../support/sample.ts'

const here = import.meta.dirname
const cases = (await readdir(here, { withFileTypes: true })).filter((one) => one.isDirectory()).map((one) => one.name)

/**
 * Codes that no folder here shows, and the tests that do: damages of a good edition (test/check), bytes that are too many
 * to keep, the audience, and the fallback for what the parser refuses in some way we have not met.
 */
const ELSEWHERE = ['file-too-large', 'yaml-too-deep', 'yaml-syntax', 'image-too-large', 'image-small', 'subscriber-address', 'subscriber-duplicate', 'subscriber-name', 'subscriber-row', 'subscriber-time']
const inChecks = (
  await Promise.all((await readdir(path.join(here, '../check'))).map((name) => readFile(path.join(here, '../check', name), 'utf8')))
).join('\n')

async function findingsOf(name: string): Promise<Finding[]> {
  const root = await emptyFolder()
  await cp(path.join(here, 'broadsheet.yaml'), path.join(root, 'broadsheet.yaml'))
  await cp(path.join(here, name), root, { recursive: true })
  const { publication, findings } = await readPublication(root)
  if (publication === null) return findings
  const { findings: inCalendar } = await listEditions(root)
  const { prepared, findings: inEdition } = await prepareEdition(root, '2024-12-19', publication)
  const { findings: inRendering } = prepared === null ? { findings: [] } : await compileFor(prepared)
  const known = [...inEdition, ...inRendering]
  return [...findings, ...inCalendar, ...(prepared === null ? known : waived(known, prepared.edition))]
}

it.each(cases)('%s is said as it was last read', async (name) => {
  await access(path.join(here, name, 'about.md'))
  const findings = await findingsOf(name)
  expect(findings.map((one) => one.code)).toContain(name)
  await expect(reportText(findings, false)).toMatchFileSnapshot(path.join(here, name, 'findings.txt'))
})

it('shows every code there is, or says where else it is shown', async () => {
  const shown = (code: string): boolean => cases.includes(code) || new RegExp(`[' ]${code}['\`\\s]`).test(inChecks)
  expect(Object.keys(codes).filter((code) => !shown(code)).sort()).toEqual(ELSEWHERE.toSorted())
  for (const name of cases) expect(await readFile(path.join(here, name, 'about.md'), 'utf8')).toMatch(/\S/)
})
