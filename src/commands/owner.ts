import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Names this process as a holder of leases: host, process, its start, and a word of chance. */
export function ownerOfLeases(): string {
  return [host(), process.pid, startOf(process.pid) ?? '', randomBytes(4).toString('hex')].join('/')
}

/**
 * Whether the holder of a lease has ended. On this machine that is seen at once (a process id that was given to another
 * is told by its start); on another one the lease must run out.
 */
export function isDeadOwner(owner: string, leaseUntil: number, now: number): boolean {
  const [where, pid = '', start = ''] = owner.split('/')
  if (where !== host()) return leaseUntil < now
  const alive = startOf(Number(pid))
  return alive === null || (start !== '' && alive !== start)
}

/** Containers may share a name and each have a process 1: what tells them apart is added where the system says it. */
function host(): string {
  known ??= `${hostname().replaceAll('/', '-')}${placeOf()}`
  return known
}
let known: string | null = null

function placeOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const hash = createHash('sha256').update(`${boot} ${readlinkSync('/proc/self/ns/pid')}`)
    return `~${hash.digest('hex').slice(0, 8)}`
  } catch {
    return ''
  }
}

/** Null when there is no such process. Where /proc is missing the start is not known, and empty. */
function startOf(pid: number): string | null {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; its parent has only not looked yet.
    return fields[0] === 'Z' ? null : (fields[19] ?? '')
  } catch {
    return ''
  }
}
