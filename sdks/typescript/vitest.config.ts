// The tests meet the package as its users do: as it was packed and installed by test.sh, or else its source.

import { defineConfig } from 'vitest/config';

const installed = process.env['ATOM_SDK_DIR'];
const entry = installed
  ? `${installed}/node_modules/@atom-saas/marketplace-sdk/dist/esm/index.js`
  : new URL('./src/index.ts', import.meta.url).pathname;

export default defineConfig({
  test: {
    include: ['test/*.test.ts'],
    globalSetup: ['test/support/server.ts'],
    alias: { '@atom-saas/marketplace-sdk': entry },
    testTimeout: 120_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    minWorkers: 1,
  },
});
