import { escapeHtml } from './escape.ts'
import { isSlot, type Slot, type Slotted } from './slots.ts'

/** What a subscriber puts into the slots. Names are those of the audience's columns, plus `wayOut`. */
export type SlotValues = ReadonlyMap<string, string>

/** The whole text with one subscriber spliced in. Nothing is parsed here (design, section 4). */
export function personalise(slotted: Slotted, values: SlotValues): string {
  return slotted.map((part) => (isSlot(part) ? slotValue(part, values) : part.text)).join('')
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
