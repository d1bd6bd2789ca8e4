/** An address as strangers may see it: `a•••@r•••.example`. Always three dots, so that its length is not told. */
export function masked(email: string): string {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1)
  const end = domain.lastIndexOf('.')
  const first = (text: string): string => [...text][0] ?? ''
  return `${first(email)}•••@${first(domain)}•••${end < 0 ? '' : domain.slice(end)}`
}
