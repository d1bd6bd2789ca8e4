import type { Finding } from '../problems/finding.ts'
import { compileFor, type PreparedEdition } from '../render/prepare.ts'
import { compose, type MessageTemplate } from './message.ts'

/** One message template for each set of topics and language that occurs, made when it first does and kept for the run. */
export class Variants {
  readonly #prepared: PreparedEdition
  readonly #templates = new Map<string, Promise<{ template: MessageTemplate | null; findings: Finding[] }>>()

  constructor(prepared: PreparedEdition) {
    this.#prepared = prepared
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
    return { template: compiled === null ? null : compose(compiled, this.#prepared.publication), findings }
  }
}
