/**
 * What other services call our columns. Exports of Mailchimp, Substack, Ghost, beehiiv, listmonk, Keila and Notifuse are
 * known by their headers, in small letters; our own names win where both stand.
 */
const EMAIL = ['email', 'email address', 'email_address', 'e-mail', 'subscriber email']
const FIRST = ['first name', 'first_name', 'firstname']
const LAST = ['last name', 'last_name', 'lastname']
/** Ghost, Substack, beehiiv; Mailchimp's exports of those who left or bounced. A value here outweighs a status. */
const LEFT: { column: string; has(cell: string): boolean }[] = [
  { column: 'subscribed_to_emails', has: (cell) => /^(?:false|no|0)$/i.test(cell) },
  { column: 'subscribed', has: (cell) => /^(?:false|no|0)$/i.test(cell) },
  { column: 'email_disabled', has: (cell) => /^(?:true|yes|1)$/i.test(cell) },
  { column: 'unsubscribed_at', has: (cell) => cell !== '' },
  { column: 'unsub_time', has: (cell) => cell !== '' },
  { column: 'clean_time', has: (cell) => cell !== '' },
]
const ACTIVE = new Set(['', 'active', 'subscribed', 'enabled', 'confirmed'])

export interface Columns {
  /** The column that holds the address, or null. */
  email: string | null
  /** Columns that are read as ours, and are no slots of their own. */
  known: ReadonlySet<string>
}

/** What the header of a file holds for us. */
export function columnsOf(header: readonly string[]): Columns {
  const email = EMAIL.find((name) => header.includes(name)) ?? null
  const known = [
    'id',
    'name',
    'topics',
    'timezone',
    'deliverat',
    'language',
    'status',
    ...(email === null ? [] : [email]),
  ]
  return { email, known: new Set(known) }
}

/** The name of a row: its own column, else first and last. */
export function nameIn(cells: ReadonlyMap<string, string>): string {
  const own = cells.get('name') ?? ''
  if (own !== '') return own
  const part = (names: readonly string[]): string =>
    names.map((name) => cells.get(name) ?? '').find((cell) => cell !== '') ?? ''
  return `${part(FIRST)} ${part(LAST)}`.trim()
}

/** 'active', or whatever else the row says, which is served as inactive. */
export function statusIn(cells: ReadonlyMap<string, string>): string {
  const left = LEFT.find(({ column, has }) => has(cells.get(column) ?? ''))
  if (left !== undefined) return 'unsubscribed'
  const status = (cells.get('status') ?? '').toLowerCase()
  return ACTIVE.has(status) ? 'active' : status
}

/** Further columns as slots; what stands as JSON in listmonk's `attributes` is taken apart, one level deep. */
export function extraIn(cells: ReadonlyMap<string, string>, { known }: Columns): Record<string, string> {
  const extra: Record<string, string> = {}
  for (const [column, cell] of cells) if (column !== '' && !known.has(column)) extra[column] = cell
  const attributes = cells.get('attributes') ?? ''
  if (!attributes.startsWith('{')) return extra
  for (const [key, value] of Object.entries(parsed(attributes)))
    if (!Object.hasOwn(extra, key) && /^(?:string|number|boolean)$/.test(typeof value)) extra[key] = String(value)
  return extra
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object
  } catch {
    return {}
  }
}
