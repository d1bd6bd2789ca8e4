/** An address as a log may show it: the first letter and the domain, for mail is read over shoulders (rule S14). */
export function masked(address: string): string {
  const at = address.lastIndexOf('@')
  const [first = ''] = address
  return at < 1 ? '…' : `${first}…${address.slice(at).replace(/[\p{Cc}\p{Cf}\p{Z}]/gu, '')}`
}
