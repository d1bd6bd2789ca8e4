import type { Finding } from '../problems/finding.ts'
import { compileFor, type PreparedEdition } from '../render/prepare.ts'
import type { DkimKeys } from './dkim-key.ts'
import { compose, type MessageTemplate } from './message.ts'

/** One message template for each set of topics and language that occurs, made when it first does and kept for the run. */
export class Variants {
  readonly #prepared: PreparedEdition
  readonly #keys: DkimKeys | null
  readonly #templates = new Map<string, Promise<{ template: MessageTemplate | null; findings: Finding[] }>>()

  /** With keys, every copy is signed. */
  constructor(prepared: PreparedEdition, keys: DkimKeys | null = null) {
    this.#prepared = prepared
    this.#keys = keys
  }

  /** Null when nothing of these topics can be shown. Topics in the publication's order, as `planDelivery` gives them. */
  variant(
    topics: readonly string[],
    language: string,
  ): Promise<{ template: MessageTemplate | null; findings: Finding[] }> {
    const key = `${language} ${topics.join(' ')}`
    const known = this.#templates.get(key) ?? this.#make(topics, language)
    this.#templates.set(key, known)
    return known
  }

  async #make(topics: readonly string[], language: string) {
    const whole = topics.length === this.#prepared.topics.length
    const { compiled, findings } = await compileFor(this.#prepared, whole ? [] : topics, language)
    const template = compiled === null ? null : compose(compiled, this.#prepared.publication, this.#keys)
    return { template, findings }
  }
}
