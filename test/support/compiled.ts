import type { Subscriber } from '../../src/audience/subscriber.ts'
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
  const text: Slotted = {
    literals: ['Good morning, ', '.\n\nOne  story,   with\twide spaces \nand a line.\n\nLeave: ', '\n\n\n'],
    slots: [
      { name: 'name', fallback: 'reader', where: 'plain' },
      { name: 'wayOut', fallback: '', where: 'plain' },
    ],
  }
  const html: Slotted = {
    literals: ['<!doctype html><p>Good  morning, ', '.</p>\n<a href="', '">Leave</a>\n'],
    slots: [
      { name: 'name', fallback: 'reader', where: 'text' },
      { name: 'wayOut', fallback: '', where: 'attribute' },
    ],
  }
  return {
    date: '2026-11-20',
    subject: 'The harbour bridge reopens',
    preheader: 'And two more',
    mjml: html,
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
  return {
    id: 'abcdefghij234567klmn',
    email: 'ada@readers.example',
    name: 'Ada',
    topics: [],
    status: 'active',
    extra: {},
    line: 2,
    ...more,
  }
}
