// @ts-check
// What the editor changes here, sent to be written into the YAML: one after the other, each with what it was made for.
import { mayWrite, postJson } from './ask.js'
import { find } from './make.js'
import { page } from './page.js'
import { tell } from './told.js'

/** @typedef {import('../edits.ts').EditResult} EditAnswer */
/** @typedef {{ kind: 'field', entry: number, field: string, value: string | null } | { kind: 'move', entry: number, to: number } | { kind: 'picture', entry: number, name: string, bytes: string }} Edit */

/** The last one sent; the next waits for it. @type {Promise<unknown>} */
let last = Promise.resolve()

/**
 * Resolves with what became of it; null when the server could not be asked, which has then been told.
 * @param {Edit} edit
 * @param {() => string} seen the fingerprint it is made for, asked when its turn comes
 * @returns {Promise<EditAnswer | null>}
 */
export function sendEdit(edit, seen) {
  return inTurn(() => postJson('/edit', { edition: page.state?.edition, seen: seen(), edit }))
}

/** @param {'undo' | 'redo'} way */
export async function takeBack(way) {
  const answer = await inTurn(() => postJson(`/${way}`, { edition: page.state?.edition }))
  if (answer !== null) tellAnswer(answer)
}

/** @param {() => Promise<EditAnswer>} ask @returns {Promise<EditAnswer | null>} */
function inTurn(ask) {
  if (!mayWrite) {
    tell('Other devices may look; writing is done on the machine the studio runs on.', { wrong: true })
    return Promise.resolve(null)
  }
  const answer = last.then(ask).catch((/** @type {Error} */ caught) => {
    tell(caught.message, { wrong: true })
    return null
  })
  last = answer
  return answer
}

/** @param {EditAnswer} answer */
export function tellAnswer(answer) {
  if (!answer.done) {
    tell(`${answer.message} ${answer.hint}`, { wrong: true })
    return
  }
  tell(`Written to ${answer.file}:${answer.line}.`)
  const undo = find('undo')
  undo.hidden = answer.undo === null
  undo.title = answer.undo === null ? '' : `Undo ${answer.undo}  (u)`
}

/**
 * A dropped or chosen file for an entry's picture.
 * @param {number} entry
 * @param {File} file
 */
export async function placePicture(entry, file) {
  const fingerprint = page.state?.fingerprint ?? ''
  tell(`Storing ${file.name}…`)
  const bytes = await base64(file)
  const answer = await sendEdit({ kind: 'picture', entry, name: file.name, bytes }, () => fingerprint)
  if (answer !== null) tellAnswer(answer)
}

/** @param {File} file @returns {Promise<string>} */
function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}
