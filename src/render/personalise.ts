import { escapeHtml } from './escape.ts'
import type { Slot, Slotted } from './slots.ts'

/** What a subscriber puts into the slots. Names are those of the audience's columns, plus `wayOut`. */
export type SlotValues = ReadonlyMap<string, string>

/** The whole text with one subscriber spliced in. Nothing is parsed here (design, section 4). */
export function personalise(slotted: Slotted, values: SlotValues): string {
  let whole = slotted.literals[0] ?? ''
  for (const [index, slot] of slotted.slots.entries())
    whole += slotValue(slot, values) + (slotted.literals[index + 1] ?? '')
  return whole
}

/** A slot's value, escaped for where it lands. What a subscriber typed can end no tag, attribute, link or line. */
export function slotValue(slot: Slot, values: SlotValues): string {
  const raw = values.get(slot.name)
  const value = (raw === undefined || raw.trim() === '' ? slot.fallback : raw).replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu,
    ' ',
  )
  switch (slot.where) {
    case 'plain':
      return value
    case 'url':
      return escapeHtml(encodeURIComponent(value.toWellFormed()))
    case 'attribute':
    case 'text':
      return escapeHtml(value)
  }
}
