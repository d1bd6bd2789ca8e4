import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type DkimKey, type DkimKeys, loadDkimKeys } from '../../src/delivery/dkim-key.ts'

/** Keys of this run alone, as an operator's files would hold them. */
export function aKeyPem(kind: 'rsa' | 'ed25519' = 'rsa', bits = 2048): string {
  const { privateKey } =
    kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export const rsaPem = aKeyPem()
export const ed25519Pem = aKeyPem('ed25519')

/** Both keys for a domain; selectors `rsa` and `ed`. */
export function bothKeys(domain: string): DkimKeys {
  return loadDkimKeys({
    domain,
    selector: 'rsa',
    privateKey: rsaPem,
    ed25519: { selector: 'ed', privateKey: ed25519Pem },
  })
}

/** The TXT record that publishes a key. */
export function record({ algorithm, publicKey }: Pick<DkimKey, 'algorithm' | 'publicKey'>): string {
  return algorithm === 'rsa-sha256'
    ? `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
    : `v=DKIM1; k=ed25519; p=${rawEd25519(publicKey)}`
}

const rawEd25519 = (key: KeyObject): string =>
  key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')

/** The verdict of a verifier that is not ours, one word for each signature; DNS is what the keys say. */
export async function refereed(raw: Buffer, keys: DkimKeys): Promise<string[]> {
  const records = new Map(
    [keys.rsa, keys.ed25519]
      .filter((key) => key !== null)
      .map((key) => [`${key.selector}._domainkey.${keys.domain}`, record(key)]),
  )
  const { results } = await dkimVerify(raw, {
    resolver: async (name: string) => {
      const found = records.get(name)
      if (found === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
      return [[found]]
    },
  } as Parameters<typeof dkimVerify>[1])
  return results.map((one) => one.status.result)
}
