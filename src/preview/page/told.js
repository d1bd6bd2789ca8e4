// @ts-check
import { find } from './make.js'

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer

/**
 * A line in the status bar, read out to whoever does not see it; gone after a while unless something went wrong.
 * @param {string} words
 * @param {{ wrong?: boolean }} [how]
 */
export function tell(words, { wrong = false } = {}) {
  clearTimeout(timer)
  const line = find('told')
  line.textContent = words
  line.classList.toggle('wrong', wrong)
  if (!wrong) timer = setTimeout(() => line.replaceChildren(), 8000)
}
