import Handlebars from 'handlebars'
import type { Marks } from './marks.ts'
import type { Fragment } from './slots.ts'

/** What one set of topics leaves of an edition whose lead is settled: the values that differ from set to set. */
export interface Present {
  /** Topics that have entries besides the lead, in the publication's order. */
  sections: readonly string[]
  /** The lead's topic and those of the sections. */
  topics: ReadonlySet<string>
  subject: string
  preheader: string
  stories: string
  minutes: string
}

/** A value that is known only when a variant is cut. Printed, it leaves a mark; tested, it leaves both branches. */
export class Late {
  readonly of: (present: Present) => unknown
  readonly #mark: string

  constructor(of: (present: Present) => unknown, mark: string) {
    this.of = of
    this.#mark = mark
  }

  toHTML(): string {
    return this.#mark
  }

  toString(): string {
    return this.#mark
  }
}

/** What a template did with late values in one rendering; the numbers in its marks are places in these lists. */
export class Tracer {
  readonly lates: Late[] = []
  /** Late values that came out alike, so that they are encoded for the wire once. */
  readonly fragments = new Map<string, Fragment>()
  readonly regions: ((present: Present) => boolean)[] = []
  readonly #lists = new WeakMap<object, { items: readonly unknown[]; keys: readonly string[]; of: KeysOf }>()
  readonly #marks: Marks
  readonly #kind: 'html' | 'text'

  constructor(marks: Marks, kind: 'html' | 'text') {
    this.#marks = marks
    this.#kind = kind
  }

  late(of: (present: Present) => unknown): Late {
    const late = new Late(of, this.#marks.late(this.lates.length))
    this.lates.push(late)
    return late
  }

  /**
   * A list whose items (each with its key) come and go from variant to variant. It may be walked and asked whether it is
   * empty; whoever counts it or picks from it gets an error, since the answer would be another variant's.
   */
  list<Item>(items: readonly Item[], keys: readonly string[], of: KeysOf): readonly Item[] {
    const guarded = new Proxy(items, {
      get() {
        throw new NotCuttable('a template asks for the length or a place of a list that differs from reader to reader')
      },
    })
    this.#lists.set(guarded, { items, keys, of })
    return guarded
  }

  /** The block helpers that know late values; everything else goes to Handlebars' own. */
  get helpers(): Record<string, Handlebars.HelperDelegate> {
    const own = Handlebars.helpers as Record<'each' | 'if' | 'unless', Handlebars.HelperDelegate>
    const tracer = this
    return {
      each(this: unknown, context: unknown, options: Handlebars.HelperOptions) {
        const list = tracer.#listOf(context)
        return list === undefined ? own.each.call(this, context, options) : tracer.#each(list, options, this)
      },
      if(this: unknown, condition: unknown, options: Handlebars.HelperOptions) {
        const test = tracer.#testOf(condition, options)
        return test === null
          ? own.if.call(this, condition, options)
          : tracer.#region(test, options.fn(this), options.inverse(this))
      },
      unless(this: unknown, condition: unknown, options: Handlebars.HelperOptions) {
        const test = tracer.#testOf(condition, options)
        return test === null
          ? own.unless.call(this, condition, options)
          : tracer.#region(test, options.inverse(this), options.fn(this))
      },
    }
  }

  #listOf(value: unknown) {
    return typeof value === 'object' && value !== null ? this.#lists.get(value) : undefined
  }

  #testOf(condition: unknown, options: Handlebars.HelperOptions): ((present: Present) => boolean) | null {
    const list = this.#listOf(condition)
    if (list !== undefined) return (present) => list.of(present).length > 0
    if (!(condition instanceof Late)) return null
    const zeroCounts = options.hash['includeZero'] === true
    return (present) => {
      const value = condition.of(present)
      return value === 0 ? zeroCounts : Boolean(value)
    }
  }

  #each(
    { items, keys, of }: { items: readonly unknown[]; keys: readonly string[]; of: KeysOf },
    options: Handlebars.HelperOptions,
    context: unknown,
  ): string {
    let out = ''
    for (const [at, item] of items.entries()) {
      const key = keys[at] ?? ''
      const index = this.late((present) => of(present).indexOf(key))
      const data = Handlebars.createFrame(options.data)
      data.key = index
      data.index = index
      data.first = this.late((present) => of(present)[0] === key)
      data.last = this.late((present) => of(present).at(-1) === key)
      out += this.#region(
        (present) => of(present).includes(key),
        options.fn(item, { data, blockParams: [item, index] }),
        '',
      )
    }
    return out + this.#region((present) => of(present).length === 0, options.inverse(context), '')
  }

  #region(test: (present: Present) => boolean, then: string, otherwise: string): string {
    if (then === '' && otherwise === '') return ''
    this.regions.push(test)
    const number = this.regions.length - 1
    const mark = (kind: 'open' | 'other' | 'close'): string => {
      const text = this.#marks.region(kind, number)
      return this.#kind === 'html' ? `<!--${text}-->` : text
    }
    return mark('open') + then + mark('other') + otherwise + mark('close')
  }
}

type KeysOf = (present: Present) => readonly string[]

/** A template does something of which one rendering cannot serve all variants; they are rendered one by one. */
export class NotCuttable extends Error {}
