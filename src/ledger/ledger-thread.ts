import { workerData } from 'node:worker_threads'
import { UserError } from '../problems/user-error.ts'
import { answerCalls } from '../threads/answer-calls.ts'
import type { Ledger } from './ledger.ts'
import { openLedger } from './open.ts'

/** What of the ledger is called for every copy, or every few. */
export type Called = 'plan' | 'lease' | 'begin' | 'settle' | 'renew' | 'close'

export type LedgerCall = readonly [name: Called, ...values: unknown[]]

/** What an operator has to mend, as it goes from one thread to another. */
export interface ToldUserError {
  userError: { code: string; message: string; hint: string }
}

/** The program of the ledger's thread: a ledger as any other, asked by messages. Answers of one commit go back together. */
const { file } = workerData as { file: string }
const opening = openLedger(file)
// Whoever asks first is told.
opening.catch(() => {})

answerCalls<LedgerCall>(async ([name, ...values]) => {
  try {
    const ledger = await opening
    const call = ledger[name] as (...given: unknown[]) => ReturnType<Ledger[Called]>
    return await call.apply(ledger, values)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { code, message, hint } = error
    throw { userError: { code, message, hint } } satisfies ToldUserError
  }
})
