import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { fullGoldens, hashedGoldens, rendered } from '../../scripts/variations.ts'

it('renders the front page in English, Arabic and Japanese exactly as it was last looked at', async () => {
  for (const [name, variation] of await fullGoldens()) {
    const { html, text, codes } = await rendered(variation)
    expect(codes).toEqual([])
    await expect(html).toMatchFileSnapshot(`./${name}.html`)
    await expect(text).toMatchFileSnapshot(`./${name}.txt`)
  }
})

it('renders every template in every language with every hostile edition as before, losing nothing (npm run golden:diff shows the difference)', {
  timeout: 120_000,
}, async () => {
  const hashes: Record<string, string> = {}
  for (const [name, variation] of hashedGoldens()) {
    const { html, text, codes } = await rendered(variation)
    expect({ name, codes }).toEqual({ name, codes: [] })
    hashes[name] = createHash('sha256').update(html).update(text).digest('hex').slice(0, 16)
  }
  await expect(`${JSON.stringify(hashes, null, 2)}\n`).toMatchFileSnapshot('./hashes.json')
})
