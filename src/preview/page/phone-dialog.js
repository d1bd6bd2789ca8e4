// @ts-check
import { getJson } from './ask.js'
import { dialogNamed } from './dialog.js'
import { make } from './make.js'
import { page } from './page.js'
import { addressOf } from './view.js'

/** The same view on a phone: one pane, and nobody of the audience in the address. */
export async function openPhone() {
  const { dialog, inside } = dialogNamed('phone', 'On your phone')
  if (!dialog.open) dialog.showModal()
  const { as, ...reader } = page.view.reader
  const invented =
    as === undefined
      ? reader
      : { topics: page.state?.reader.topics.join(',') ?? '', zone: page.state?.reader.timezone ?? '' }
  const view = addressOf({
    ...page.view,
    edition: page.state?.edition ?? null,
    panes: [{ kind: 'phone', width: null }],
    reader: invented,
  })
  /** @type {{ address: string | null }} */
  const { address } = await getJson('/phone', { view })
  if (address === null) {
    inside.replaceChildren(
      make('p', '', 'The studio answers to this machine alone. Start it for the network with'),
      make('pre', '', 'npx broadsheet preview --host 0.0.0.0'),
      make('p', 'more', 'Other devices may then look, and not write.'),
    )
    return
  }
  const code = make('img', 'qr')
  code.src = `/phone.svg?${new URLSearchParams({ view })}`
  code.alt = `QR code of ${address}`
  code.width = 240
  code.height = 240
  const words = make('p', 'address', address)
  inside.replaceChildren(code, words, make('p', 'more', 'For a phone on the same network. It may look, and not write.'))
}
