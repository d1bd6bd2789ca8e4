// npm run bench:fleet [-- --million]
// One worker and one mail server, beside four of each, where the servers take 50 ms for each answer, as they do across
// an ocean; then workers killed at random. With --million the same over a million deliveries to servers that keep nothing.
import { availableParallelism } from 'node:os'
import { type FleetOptions, type FleetResult, runFleet } from '../scripts/fleet.ts'

const ROUNDS = 3
const DELAY = 50
/** So few that the servers are the limit, and not what all of this shares: two cores, one disk. */
const CONNECTIONS = 4

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const plain = { connections: CONNECTIONS, delay: DELAY, kills: 0, crashes: 0 }
const one: FleetOptions = { ...plain, subscribers: 800, workers: 1, servers: 1 }
const four: FleetOptions = { ...plain, subscribers: 3200, workers: 4, servers: 4 }

if (process.argv.includes('--million')) {
  const result = await runFleet({
    subscribers: 1_000_000,
    workers: 4,
    servers: 4,
    connections: 25,
    delay: 0,
    kills: 40,
    crashes: 0,
  })
  report('1,000,000 deliveries, 4 workers, workers killed at random', result)
} else {
  const alone: number[] = []
  const together: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    alone.push((await runFleet(one)).rate)
    together.push((await runFleet(four)).rate)
  }
  // One answer a copy, the next envelope behind each body: what the servers allow, whatever the machine does.
  const most = (CONNECTIONS * 1000) / DELAY
  console.log(`${availableParallelism()} cores; ${DELAY} ms before each answer; medians of ${ROUNDS}\n`)
  console.log('| | copies a second | of what the servers allow |\n|---|---|---|')
  console.log(`| 1 worker, 1 server | ${median(alone).toFixed(0)} | ${((100 * median(alone)) / most).toFixed(0)} % |`)
  console.log(
    `| 4 workers, 4 servers | ${median(together).toFixed(0)} | ${((25 * median(together)) / most).toFixed(0)} % |`,
  )
  const times = median(together.map((value, round) => value / (alone[round] ?? 1)))
  console.log(`| times | ${times.toFixed(2)} | |\n`)
  if (times < 3) process.exitCode = 1
  const killed = await runFleet({
    subscribers: 20_000,
    workers: 4,
    servers: 4,
    connections: 25,
    delay: 0,
    kills: 10,
    crashes: 0,
  })
  report('20,000 deliveries, 4 workers, workers killed at random', killed)
}

function report(
  what: string,
  { taken, lost, doubled, unknown, killed, largestDoubt, enqueueSeconds, seconds }: FleetResult,
): void {
  console.log(`${what}:`)
  console.log(
    `  killed ${killed}, lost ${lost}, doubled ${doubled}, unknown ${unknown} (at most ${largestDoubt} by one kill)`,
  )
  console.log(
    `  taken ${taken}; planned and enqueued in ${enqueueSeconds.toFixed(1)} s, delivered in ${seconds.toFixed(0)} s: ${(taken / seconds).toFixed(0)}/s`,
  )
  if (lost > 0 || doubled > 0) process.exitCode = 1
}
