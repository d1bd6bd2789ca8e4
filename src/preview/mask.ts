/** "a•••@example.org": enough to tell readers apart on a screen others may see, and no address to write to. */
export function maskedAddress(email: string): string {
  const at = email.lastIndexOf('@')
  return `${[...email][0] ?? ''}•••${email.slice(at)}`
}
