// From the save to the changed words in every pane, in a real Chromium, and what the studio keeps in memory after many
// saves: node bench/repaint.ts [saves] [saves until the memory is looked at]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { launchChromium } from '../scripts/browser.ts'
import { calibration, median, quantile } from './measure.ts'
import { typicalEdition } from './typical-edition.ts'

const saves = Number(process.argv[2] ?? 30)
const manySaves = Number(process.argv[3] ?? 200)
const WARM_UPS = 2
const ENTRIES = 12
const root = path.join(import.meta.dirname, '..')
const folder = mkdtempSync(path.join(tmpdir(), 'broadsheet-bench-'))
cpSync(path.join(root, 'broadsheet.yaml'), path.join(folder, 'broadsheet.yaml'))
cpSync(path.join(root, 'subscribers.csv'), path.join(folder, 'subscribers.csv'))
cpSync(path.join(root, 'digests/images'), path.join(folder, 'digests/images'), { recursive: true })
const file = path.join(folder, 'digests/2026-11-20.yaml')
const edition = typicalEdition(ENTRIES)
const headline = /^ {4}headline: "(.*)"$/m.exec(edition)?.[1] ?? ''
writeFileSync(file, edition)

const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
const browser = await launchChromium()
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
const started = performance.now()
const server = spawn(process.execPath, [path.join(root, 'src/bin.js'), 'preview', '--port', '0', '--root', folder], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
  const listening = performance.now() - started
  const url = /http:\/\/\S+/.exec(line)?.[0] ?? ''
  await page.goto(url)
  const opened = performance.now() - started
  await page.locator('html[data-version]').waitFor({ state: 'attached' })
  const firstPaint = performance.now() - started

  const times: number[] = []
  for (let save = 1; save <= WARM_UPS + saves; save++) {
    const words = `Save number ${save}`
    // Waits in the page itself, and tells its own clock: the way back to this process is not part of the repaint.
    const seen = page.evaluate(`new Promise((resolve) => {
      const words = ${JSON.stringify(words)}
      const look = () => [...document.querySelectorAll('iframe')].every((frame) =>
        frame.contentDocument.querySelector('h3').textContent === words) ? resolve(Date.now()) : requestAnimationFrame(look)
      look()
    })`)
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 100))
    const saved = Date.now()
    writeFileSync(file, edition.replace(headline, words))
    const took = Number(await seen) - saved
    if (save > WARM_UPS) times.push(took)
  }
  const afterFew = residentMegabytes(server.pid)
  for (let save = WARM_UPS + saves; save < manySaves; save++) {
    writeFileSync(file, edition.replace(headline, `One of many, ${save}`))
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  const afterMany = residentMegabytes(server.pid)
  // While nobody is connected nothing is rendered; whoever comes next must see what is on disk.
  await page.close()
  let stale = 0
  for (let save = 1; save <= 5; save++) {
    const words = `Written in the night ${save}`
    writeFileSync(file, edition.replace(headline, words))
    const late = await browser.newPage()
    await late.goto(url)
    await late.locator('html[data-version]').waitFor({ state: 'attached' })
    const shown = await late.evaluate(
      "document.querySelector('iframe').contentDocument.querySelector('h3').textContent",
    )
    if (shown !== words) stale += 1
    await late.close()
  }
  const whole = (value: number): string => value.toFixed(0)
  console.log(`Node ${process.versions.node}; calibration loop ${whole(calibration())} ms`)
  console.log(`save to painted in two panes, ${ENTRIES} entries, ${times.length} saves after ${WARM_UPS} warm-ups, ms:`)
  console.log(
    `  median ${whole(median(times))}   p95 ${whole(quantile(times, 0.95))}   min ${Math.min(...times)}   max ${Math.max(...times)}`,
  )
  console.log(
    `command start to listening ${whole(listening)} ms, page open ${whole(opened)} ms, email painted ${whole(firstPaint)} ms`,
  )
  console.log(
    `resident memory: ${whole(afterFew)} MB after ${WARM_UPS + saves} saves, ${whole(afterMany)} MB after ${manySaves}`,
  )
  console.log(`stale pages after edits while no browser was connected: ${stale} of 5`)
} finally {
  await browser.close()
  server.kill('SIGTERM')
  await once(server, 'exit')
  rmSync(folder, { recursive: true, force: true })
}

function residentMegabytes(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
}
