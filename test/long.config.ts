import { defineConfig } from 'vitest/config'
import usual from '../vitest.config.ts'

/** npm run test:long: what is too long for every run. */
export default defineConfig({
  test: { ...usual.test, include: ['test/**/*.long.test.ts'], exclude: [] },
})
