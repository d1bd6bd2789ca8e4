/** More than any form of ours holds; what is longer is not read. */
const MOST_BYTES = 16_384

/** Nothing, where the body is missing, broken, too long, or of a kind we do not know: whoever asks decides what that means. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const bytes = await bodyOf(request)
  const type = request.headers.get('content-type') ?? ''
  if (bytes === null || bytes.length === 0) return new URLSearchParams()
  if (!/^multipart\/form-data/i.test(type)) return new URLSearchParams(bytes.toString('utf8'))
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
    const fields = new URLSearchParams()
    form.forEach((value, name) => {
      if (typeof value === 'string') fields.append(name, value)
    })
    return fields
  } catch {
    return new URLSearchParams()
  }
}

async function bodyOf(request: Request): Promise<Buffer | null> {
  if (request.body === null) return null
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > MOST_BYTES) return null
      chunks.push(chunk)
    }
  } catch {
    return null
  }
  return Buffer.concat(chunks)
}
