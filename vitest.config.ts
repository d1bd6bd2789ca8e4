import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Proofs that take minutes: npm run test:long, before a release and whenever what they show is touched.
    exclude: ['test/**/*.long.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    pool: 'forks',
    // Half of what a test does is waiting for a server or a child: one worker a core, not one less.
    maxWorkers: 2,
    // It imports its schema without saying that it is JSON.
    server: { deps: { inline: [/@actions\//] } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
