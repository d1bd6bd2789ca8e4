// From the save to the changed words in both panes, in a real Chromium: node bench/repaint.ts [saves]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { launchChromium } from '../scripts/browser.ts'
import { calibration, median, quantile } from './measure.ts'
import { typicalEdition } from './typical-edition.ts'

const saves = Number(process.argv[2] ?? 15)
const WARM_UPS = 2
const ENTRIES = 12
const root = path.join(import.meta.dirname, '..')
const folder = mkdtempSync(path.join(tmpdir(), 'broadsheet-bench-'))
cpSync(path.join(root, 'broadsheet.yaml'), path.join(folder, 'broadsheet.yaml'))
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
  await page.goto(/http:\/\/\S+/.exec(line)?.[0] ?? '')
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
  const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1000
  const whole = (value: number): string => value.toFixed(0)
  console.log(`Node ${process.versions.node}; calibration loop ${whole(calibration())} ms`)
  console.log(`save to both panes, ${ENTRIES} entries, ${times.length} saves after ${WARM_UPS} warm-ups, ms:`)
  console.log(
    `  median ${whole(median(times))}   p95 ${whole(quantile(times, 0.95))}   min ${Math.min(...times)}   max ${Math.max(...times)}`,
  )
  console.log(`command start to listening ${whole(listening)} ms, to the first page painted ${whole(firstPaint)} ms`)
  console.log(`resident memory of the preview ${whole(memory)} MB`)
} finally {
  await browser.close()
  server.kill('SIGTERM')
  await once(server, 'exit')
  rmSync(folder, { recursive: true, force: true })
}
