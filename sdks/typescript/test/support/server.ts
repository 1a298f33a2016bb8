// Starts the real server once for all tests.

import type { TestProject } from 'vitest/node';

import { startServer } from './process.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the server is, without a slash at its end. */
    server: string;
    /** Its admin key. */
    adminKey: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, adminKey, stop } = await startServer();
  project.provide('server', url);
  project.provide('adminKey', adminKey);
  return stop;
}
