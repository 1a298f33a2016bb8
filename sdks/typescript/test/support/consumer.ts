// A project that uses the package as test.sh packed and installed it: writes programs, checks their types, runs them.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { cleanEnvironment } from './process.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const tsc = require.resolve('typescript/bin/tsc');
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');

/** Where it is; undefined if the tests run without test.sh. */
export const installed = process.env['ATOM_SDK_DIR'];

export interface Outcome {
  code: number;
  output: string;
}

/** Writes files into a folder of the project, and gives its path. */
export function project(name: string, files: Record<string, string>): string {
  const folder = join(installed ?? '', name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A strict configuration for programs of that folder. */
export const strict = (options: object = {}): string =>
  JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      module: 'NodeNext',
      moduleDetection: 'force',
      strict: true,
      outDir: 'out',
      types: ['node'],
      ...options,
    },
    include: ['*.ts', '*.cts', '*.mts'],
  });

export const compile = (folder: string): Promise<Outcome> => node([tsc, '-p', folder, '--pretty', 'false'], folder);

export const runTests = (folder: string): Promise<Outcome> =>
  node([vitest, 'run', '--globals', '--root', folder], folder);

/** Runs node without anything of the marketplace in its environment but what is given. */
export async function node(args: string[], folder: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const env = { ...cleanEnvironment(), VITEST: undefined, NODE_OPTIONS: undefined, NO_COLOR: '1', ...environment };
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder, env, timeout: 120_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : 1, output: `${stdout}${stderr}` };
  }
}
