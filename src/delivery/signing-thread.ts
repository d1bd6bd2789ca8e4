import { type KeyObject, sign } from 'node:crypto'
import { workerData } from 'node:worker_threads'
import { answerCalls } from '../threads/answer-calls.ts'

/** The program of a signing thread: RSASSA-PKCS1-v1_5 over SHA-256, octets in as latin1, base64 out. */
const { privateKey } = workerData as { privateKey: KeyObject }

answerCalls<string>((data) => sign('sha256', Buffer.from(data, 'latin1'), privateKey).toString('base64'), {
  together: 4,
})
