import type { FindingCode } from '../problems/codes.ts'

/** What is known of a composed message besides its bytes. */
export interface ComposedMessage {
  raw: Buffer
  subject: string
  language: string
  wayOut: string
  /** The reader's name, whose length is nobody's fault. */
  name: string
  postalAddress: string
  /** Of From, in A-labels. */
  domain: string
  /** True when a key is configured, so that a signature must be there. */
  signed: boolean
  /** Where the text template stands; what the program makes itself is said of the edition. */
  textTemplate: string
}

export type SayOfMessage = (code: FindingCode, message: string, hint: string, file?: string) => void
