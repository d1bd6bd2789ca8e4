import { defineConfig } from 'vitest/config'

/** npm run test:handlers: too long for every run. */
export default defineConfig({
  test: { include: ['test/preview/handlers-away.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
})
