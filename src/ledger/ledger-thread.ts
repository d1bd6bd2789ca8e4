import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../problems/user-error.ts'
import type { Ledger } from './ledger.ts'
import { openLedger } from './open.ts'

/** What of the ledger is called for every copy, or every few. */
export type Called = 'plan' | 'lease' | 'begin' | 'settle' | 'renew' | 'close'

export interface Call {
  id: number
  name: Called
  values: unknown[]
}

export type Answer =
  | { id: number; value: unknown }
  | { id: number; error: unknown; userError: { code: string; message: string; hint: string } | null }

/**
 * The program of the ledger's thread: a ledger as any other, asked by messages. Answers of one commit go back together.
 */
const { file } = workerData as { file: string }
const opening = openLedger(file)
// Whoever asks first is told.
opening.catch(() => {})
let answers: Answer[] = []

parentPort?.on('message', async (calls: readonly Call[]) => {
  for (const call of calls) void answerTo(call)
})

async function answerTo({ id, name, values }: Call): Promise<void> {
  try {
    const ledger = await opening
    const call = ledger[name] as (...given: unknown[]) => ReturnType<Ledger[Called]>
    say({ id, value: await call.apply(ledger, values) })
  } catch (error) {
    const userError = error instanceof UserError ? { code: error.code, message: error.message, hint: error.hint } : null
    say({ id, error: userError === null ? error : undefined, userError })
  }
}

function say(answer: Answer): void {
  if (answers.push(answer) > 1) return
  setImmediate(() => {
    parentPort?.postMessage(answers)
    answers = []
  })
}
