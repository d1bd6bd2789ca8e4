import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signatureOver } from '../../src/delivery/dkim.ts'
import { prepareBody, relaxedBody, relaxedHeader } from '../../src/delivery/dkim-canonical.ts'
import { headerFields, signedData } from '../../src/delivery/dkim-fields.ts'
import type { DkimKey } from '../../src/delivery/dkim-key.ts'
import { tagsOf, verifies } from '../../src/delivery/dkim-verify.ts'

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('base64')
const crlf = (text: string): string => text.replaceAll('\n', '\r\n')

describe('relaxed canonicalisation', () => {
  it('is that of the example in RFC 6376, section 3.4.5', () => {
    const [a = '', b = ''] = headerFields('A: X\r\nB : Y\t\r\n\tZ  \r\n')
    expect([relaxedHeader(a), relaxedHeader(b)]).toEqual(['a:X', 'b:Y Z'])
    expect(relaxedBody(' C \r\nD \t E\r\n\r\n\r\n')).toBe(' C\r\nD E\r\n')
  })

  it('of an empty body is empty, as in RFC 6376, section 3.4.4', () => {
    expect(sha256(relaxedBody(''))).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
    expect(relaxedBody('\r\n\r\n')).toBe('')
    expect(relaxedBody('no line end')).toBe('no line end\r\n')
  })

  it('takes no octet of a letter for a space', () => {
    const field = Buffer.from('To: à@readers.example, voilà').toString('latin1')
    expect(relaxedHeader(field)).toBe(field.replace('To: ', 'to:'))
  })

  it('of a body in pieces is that of the whole, wherever the gaps are', () => {
    const odd = fc.string({
      unit: fc.constantFrom('a', '=', ' ', '\t', '  ', '\r\n', '\r\n\r\n', ' \r\n'),
      maxLength: 30,
    })
    const gaps = odd.map((text) => `=\r\n${text}=\r\n`)
    fc.assert(
      fc.property(fc.array(fc.tuple(odd, gaps), { maxLength: 5 }), odd, (pairs, end) => {
        const last = `--end--${end}\r\n`
        const pieces = pairs.flatMap(([text]) => [Buffer.from(text), null])
        const values = pairs.map(([, value]) => Buffer.from(value))
        const whole = pairs.map((pair) => pair.join('')).join('') + last
        expect(prepareBody([...pieces, Buffer.from(last)]).hash(values)).toBe(sha256(relaxedBody(whole)))
      }),
      { numRuns: 500 },
    )
  })

  it('is refused in pieces when the end is left open', () => {
    expect(() => prepareBody([Buffer.from('a'), null])).toThrow('the last piece')
  })
})

/** RFC 8463, appendix A: the two keys, and one message with a signature of each. */
const RSA = `-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----
`
const ED25519_SEED = 'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A='
const ED25519_PUBLIC = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='

const ED25519_SIGNATURE = crlf(`DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==`)
const RSA_SIGNATURE = crlf(`DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=`)
const HEADERS = crlf(`From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>
`)
const BODY = crlf(`Hi.

We lost the game.  Are you hungry yet?

Joe.
`)

describe('the signatures of RFC 8463, appendix A', () => {
  const rsa = createPrivateKey(RSA)
  const ed = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(ED25519_SEED, 'base64')]),
    type: 'pkcs8',
    format: 'der',
  })
  const key = (algorithm: DkimKey['algorithm'], privateKey: typeof rsa): DkimKey => ({
    algorithm,
    selector: 'test',
    privateKey,
    publicKey: createPublicKey(privateKey),
  })

  it('have the body hash that ours has', () => {
    expect(sha256(relaxedBody(BODY))).toBe(tagsOf(RSA_SIGNATURE).get('bh'))
    expect(prepareBody([Buffer.from(BODY)]).hash([])).toBe(tagsOf(ED25519_SIGNATURE).get('bh'))
  })

  it.each([
    ['rsa-sha256', rsa, RSA_SIGNATURE],
    ['ed25519-sha256', ed, ED25519_SIGNATURE],
  ] as const)('are made again to the octet, and verify: %s', async (algorithm, privateKey, signature) => {
    const tags = tagsOf(signature)
    const unsigned = signature.replace(/ b=[^;]*$/, ' b=')
    const data = signedData(headerFields(HEADERS), (tags.get('h') ?? '').split(':'), unsigned)
    expect(await signatureOver(key(algorithm, privateKey), data.toString('latin1'))).toBe(tags.get('b'))
    const given = Buffer.from(tags.get('b') ?? '', 'base64')
    expect(verifies(key(algorithm, privateKey), data, given)).toBe(true)
    const other = signedData(
      headerFields(HEADERS.replace('dinner', 'supper')),
      (tags.get('h') ?? '').split(':'),
      unsigned,
    )
    expect(verifies(key(algorithm, privateKey), other, given)).toBe(false)
  })

  it('come with the public key that our private one leads to', () => {
    expect(createPublicKey(ed).export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')).toBe(
      ED25519_PUBLIC,
    )
  })
})
