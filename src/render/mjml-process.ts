import { createRequire } from 'node:module'

interface MjmlError {
  line?: number
  message: string
}

type Mjml2Html = (source: string, options: object) => Promise<{ html: string; errors: MjmlError[] }>

/**
 * MJML 5.4.1 in a process of its own: the 100 MB it allocates go with it, which is why a run over a million subscribers
 * fits into 300. It ends with whoever started it. Ctrl-C reaches it too, but is for the other to answer.
 */
process.on('SIGINT', () => {})
const mjml2html = createRequire(import.meta.url)('mjml') as Mjml2Html

process.on('message', async ({ id, source }: { id: number; source: string }) => {
  try {
    // Includes stay off (MJML drops them silently), comments stay in: the marks of entries are comments.
    const { html, errors } = await mjml2html(source, {
      keepComments: true,
      ignoreIncludes: true,
      validationLevel: 'soft',
    })
    const problems = errors.map(
      ({ message, line }) => `${message}${line === undefined ? '' : ` (line ${line} of email.mjml)`}`,
    )
    process.send?.({ id, html, problems })
  } catch (caught) {
    const problem = caught instanceof Error ? (caught.message.split('\n')[0] ?? '') : String(caught)
    process.send?.({ id, html: '', problems: [problem] })
  }
})
