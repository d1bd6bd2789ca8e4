import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { sampleCopy } from '../support/sample.ts'

const AUDIENCE = `email,timezone,deliverAt,status
a@readers.example,Asia/Tokyo,,
b@readers.example,,,
c@readers.example,Europe/London,06:15,
d@readers.example,America/New_York,,
gone@readers.example,Asia/Tokyo,,unsubscribed
`

it('schedule says which editions there are, who gets them when, and what the clocks’ change does', async () => {
  const yaml = await readFile('broadsheet.yaml', 'utf8')
  const root = await sampleCopy({
    'subscribers.csv': AUDIENCE,
    'broadsheet.yaml': `${yaml}\npublishOn: [fri, sun, mon]\nskipOn: [2026-03-30]\n`,
  })
  const sample = await readFile(path.join(root, 'digests/2024-12-19.yaml'), 'utf8')
  await writeFile(path.join(root, 'digests/2026-03-27.yaml'), `status: draft\n${sample}`)
  await writeFile(path.join(root, 'digests/2026-03-29.yaml'), `embargo: "2026-03-29T05:30:00Z"\n${sample}`)
  const run = await runCli(['schedule', '--root', root, '--now', '2026-03-27T10:00Z', '--days', '4'])
  expect(run.exitCode).toBe(0)
  expect(run.stdout).toBe(`Fri 27 Mar 2026  a draft: nothing is sent until its status is ready; 4 subscribers in 4 waves
  2026-03-26T22:00Z  1  Asia/Tokyo
  2026-03-27T06:15Z  1  Europe/London
  2026-03-27T07:00Z  1  Europe/London
  2026-03-27T11:00Z  1  America/New_York
Sat 28 Mar 2026  no edition on this day
Sun 29 Mar 2026  ready; 4 subscribers in 4 waves
  2026-03-28T22:00Z  1  Asia/Tokyo
  2026-03-29T05:15Z  1  Europe/London
  2026-03-29T06:00Z  1  Europe/London
  2026-03-29T11:00Z  1  America/New_York
  under embargo until 2026-03-29T05:30:00Z: nothing leaves before
  The clocks of Europe/London change from +00:00 to +01:00: 2 copies leave at another time by UTC than the day before, and at the same by the wall.
Mon 30 Mar 2026  no edition on this day
`)
  const json = JSON.parse((await runCli(['schedule', '--root', root, '--now', '2026-03-27T10:00Z', '--json'])).stdout)
  expect(json.days).toHaveLength(7)
  expect(json.days[2]).toMatchObject({ date: '2026-03-29', edition: 'ready', subscribers: 4 })
})

it('schedule --cron prints lines that can go into a crontab as they are', async () => {
  const root = await sampleCopy({ 'subscribers.csv': AUDIENCE })
  const { stdout } = await runCli(['schedule', '--cron', '--root', root, '--now', '2026-11-20T10:00Z'])
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
    '45 20 * * * broadsheet send --due --wait 75m --live # 22:00',
    '53 3 * * * broadsheet send --due --wait 187m --live # 05:15 to 07:00',
    '45 9 * * * broadsheet send --due --wait 135m --live # 11:00 to 12:00',
    '53 22 * * * broadsheet send --due --live # 22:00',
    '53 7 * * * broadsheet send --due --live # 05:15 to 07:00',
    '53 12 * * * broadsheet send --due --live # 11:00 to 12:00',
  ])
})
