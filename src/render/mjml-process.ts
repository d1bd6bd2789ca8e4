import { createRequire, registerHooks } from 'node:module'

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

/**
 * What MJML loads and we never ask for: two HTTP clients, a fetcher of style sheets, a minifier, a beautifier. A quarter of
 * the half second it takes to start (2026-11-27), and nothing here should be able to ask the network.
 */
const UNUSED = new Set(['undici', 'web-resource-inliner', 'htmlnano', 'js-beautify'])
registerHooks({
  resolve: (specifier, context, next) =>
    UNUSED.has(specifier) ? { url: 'unused:', format: 'commonjs', shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === 'unused:' ? { source: 'module.exports = {}', format: 'commonjs', shortCircuit: true } : next(url, context),
})
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
