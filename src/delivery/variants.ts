import { compileFor, cutterFor, type PreparedEdition } from '../render/prepare.ts'
import type { VariantCutter } from '../render/variant-cutter.ts'
import type { DkimKeys } from './dkim-key.ts'
import { compose, type MessageTemplate } from './message.ts'

/** Variants kept at a time. They share their words, so that 4,000 of a digest of twelve take some 50 MB. */
const MOST_KEPT = 5000

/** One message template for each set of topics and language that occurs, made when it does. */
export class Variants {
  readonly #prepared: PreparedEdition
  readonly #keys: DkimKeys | null
  readonly #templates = new Map<string, Promise<MessageTemplate | null>>()
  readonly #cutters = new Map<string, VariantCutter | null>()

  /** With keys, every copy is signed. */
  constructor(prepared: PreparedEdition, keys: DkimKeys | null = null) {
    this.#prepared = prepared
    this.#keys = keys
  }

  /** Null when nothing of these topics can be shown. Topics in the publication's order, as `planDelivery` gives them. */
  variant(topics: readonly string[], language: string): Promise<MessageTemplate | null> {
    const key = `${language} ${topics.join(' ')}`
    const known = this.#templates.get(key) ?? this.#make(topics, language)
    // The one used longest ago stands first.
    this.#templates.delete(key)
    this.#templates.set(key, known)
    const [oldest] = this.#templates.keys()
    if (this.#templates.size > MOST_KEPT && oldest !== undefined) this.#templates.delete(oldest)
    return known
  }

  async #make(topics: readonly string[], language: string): Promise<MessageTemplate | null> {
    const whole = topics.length === this.#prepared.topics.length
    const compiled = whole
      ? (await compileFor(this.#prepared, [], language)).compiled
      : ((await this.#cutter(language)?.variant(topics)) ?? null)
    if (compiled === null) return null
    const { date, subject } = compiled
    // Not the words themselves: they are in the body, encoded.
    return { ...compose(compiled, this.#prepared.publication, this.#keys), compiled: { date, subject } }
  }

  #cutter(language: string): VariantCutter | null {
    const known = this.#cutters.get(language)
    if (known !== undefined) return known
    const cutter = cutterFor(this.#prepared, language)
    this.#cutters.set(language, cutter)
    return cutter
  }
}
