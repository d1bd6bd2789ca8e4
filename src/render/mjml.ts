import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'

interface Answer {
  html: string
  problems: string[]
}

/** MJML's process, and who waits for it. Loading MJML takes 330 to 400 ms (2026-11). */
class MjmlProcess {
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  readonly #child: ChildProcess
  #asked = 0
  #idle: NodeJS.Timeout | null = null

  constructor() {
    const { dirname, filename } = import.meta
    this.#child = fork(path.join(dirname, `mjml-process${path.extname(filename)}`), [], {
      // On import MJML executes the packages named in a `.mjmlconfig` of the current folder: never a publication's, since
      // a pull request could bring one.
      cwd: dirname,
      env: {},
      execArgv: [],
      // What it has to say reaches us as an answer.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#rest()
    this.#child.on('message', ({ id, ...answer }: Answer & { id: number }) => {
      this.#waiting.get(id)?.resolve(answer)
      this.#settled(id)
    })
    this.#child.on('error', (error) => this.#ended(error))
    this.#child.on('exit', (code, signal) => this.#ended(new Error(`MJML's process ended (${signal ?? code})`)))
  }

  ask(source: string): Promise<Answer> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#asked += 1
    this.#child.ref()
    this.#child.channel?.ref()
    this.#child.send({ id: this.#asked, source })
    return new Promise((resolve, reject) => this.#waiting.set(this.#asked, { resolve, reject }))
  }

  #settled(id: number): void {
    this.#waiting.delete(id)
    if (this.#waiting.size > 0) return
    this.#rest()
    if (isKept) return
    this.#idle = setTimeout(() => {
      if (running === this) running = null
      this.#child.disconnect()
    }, IDLE_MILLISECONDS).unref()
  }

  /** Keeps nobody from ending while it has nothing to do. */
  #rest(): void {
    this.#child.unref()
    this.#child.channel?.unref()
  }

  #ended(error: Error): void {
    if (running === this) running = null
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** So long after its last use it ends, and gives its memory back. */
const IDLE_MILLISECONDS = 500
let running: MjmlProcess | null = null
let isKept = false

/** MJML to HTML, in a process of its own. What MJML cannot read is said in `problems`, with no HTML. */
export async function mjmlToHtml(source: string, dir: 'ltr' | 'rtl'): Promise<Answer> {
  running ??= new MjmlProcess()
  const { html, problems } = await running.ask(source)
  return { html: (dir === 'rtl' ? mirrored(html) : html).trim(), problems }
}

/**
 * MJML writes left-to-right into the styles and attributes of its own wrappers whatever the document says (36 times in a
 * digest of twelve; inbox rules W8). The built-in templates say sides by `align` and `dir` only, which stay; the `align`
 * of MJML's text cells is known by the font size of zero beside it. Content is escaped and cannot look like a tag.
 */
function mirrored(html: string): string {
  return html.replace(/<(?:div|td|table|body)\b[^<>]*>/g, (tag) => {
    const turned = tag
      .replace(/\bdirection:\s*ltr\b/g, 'direction:rtl')
      .replace(/\btext-align:\s*left\b/g, 'text-align:right')
    return /font-size:0px/.test(turned) ? turned.replace(/\balign="left"/g, 'align="right"') : turned
  })
}

/** Starts loading MJML before it is needed, and keeps it: for whoever renders again and again. */
export function preloadMjml(): void {
  isKept = true
  running ??= new MjmlProcess()
}
