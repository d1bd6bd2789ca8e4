import { addressHash, type Subscriber } from '../../src/audience/subscriber.ts'
import type { Publication } from '../../src/edition/publication.ts'
import { withDefaults } from '../../src/edition/publication.ts'
import type { CompiledVariant } from '../../src/render/compile.ts'
import type { Slotted } from '../../src/render/slots.ts'

/** Builders for tests of delivery that need no templates and no disk. */
export function aPublicationValue(more: Partial<Publication> = {}): Publication {
  return {
    ...withDefaults({
      name: 'The Morning Digest',
      id: 'morning-digest',
      from: 'The Morning Digest <digest@morning.example>',
      postalAddress: '1 Printing House Lane, London',
      url: 'https://morning.example',
      language: 'en-GB',
      timezone: 'Europe/London',
      topics: [{ id: 'world', name: 'World' }],
    }),
    ...more,
  }
}

/** A variant with a slot for the name and one for the way out, in both parts. */
export function aCompiled(more: Partial<CompiledVariant> = {}): CompiledVariant {
  const text: Slotted = [
    { text: 'Good morning, ' },
    { name: 'name', fallback: 'reader', where: 'plain' },
    { text: '.\n\nOne  story,   with\twide spaces \nand a line.\n\nLeave: ' },
    { name: 'wayOut', fallback: '', where: 'plain' },
    { text: '\n\n\n' },
  ]
  const html: Slotted = [
    { text: '<!doctype html><p>Good  morning, ' },
    { name: 'name', fallback: 'reader', where: 'text' },
    { text: '.</p>\n<a href="' },
    { name: 'wayOut', fallback: '', where: 'attribute' },
    { text: '">Leave</a>\n' },
  ]
  return {
    date: '2026-11-20',
    subject: 'The harbour bridge reopens',
    preheader: 'And two more',
    html,
    text,
    embedded: [],
    linked: [],
    entries: 1,
    topics: ['world'],
    ...more,
  }
}

export function aSubscriber(more: Partial<Subscriber> = {}): Subscriber {
  const email = more.email ?? 'ada@readers.example'
  return {
    id: 'abcdefghij234567klmn',
    email,
    addressHash: addressHash(email),
    name: 'Ada',
    topics: [],
    status: 'active',
    extra: {},
    line: 2,
    ...more,
  }
}
