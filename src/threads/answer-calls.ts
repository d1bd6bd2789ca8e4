import { parentPort } from 'node:worker_threads'

/** Tuples: names of properties would be copied with each of them. */
export type Call = readonly [id: number, what: unknown]

export type Answer = readonly [id: number, value: unknown, error?: unknown]

/**
 * The other side of AskedThread: a thread's program answers whatever it is asked. Answers that are ready in one turn go
 * back together, and never more than `together` of them wait for each other.
 */
export function answerCalls<What>(
  answerTo: (what: What) => unknown,
  { together = Number.POSITIVE_INFINITY }: { together?: number } = {},
): void {
  let answers: Answer[] = []
  const send = (): void => {
    if (answers.length > 0) parentPort?.postMessage(answers)
    answers = []
  }
  const say = (answer: Answer): void => {
    const count = answers.push(answer)
    if (count >= together) send()
    else if (count === 1) setImmediate(send)
  }
  const answer = async ([id, what]: Call): Promise<void> => {
    try {
      const value = answerTo(what as What)
      // What takes no waiting is answered at once.
      say([id, value instanceof Promise ? await value : value])
    } catch (error) {
      say([id, undefined, error ?? new Error('a thread threw nothing')])
    }
  }
  parentPort?.on('message', (calls: readonly Call[]) => {
    for (const call of calls) void answer(call)
  })
}
