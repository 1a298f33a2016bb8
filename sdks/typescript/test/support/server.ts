// Starts the real server once for all tests, on a port and in a directory of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the server is, without a slash at its end. */
    server: string;
    /** Its admin key. */
    adminKey: string;
  }
}

const repository = new URL('../../../../', import.meta.url).pathname;

function binary(): string {
  const candidates = [
    process.env['ATOM_MARKETPLACE_BIN'],
    join(repository, 'target/release/atom-marketplace'),
    join(repository, 'target/debug/atom-marketplace'),
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error('no server: build it (cargo build), or name it in ATOM_MARKETPLACE_BIN');
  return found;
}

/** The address it says it listens on. */
function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`the server does not start: ${output}`)), 100_000);
    server.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /ATOM Marketplace \S+ at (http:\S+)/.exec(output)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    });
    server.on('exit', (code) => reject(new Error(`the server ended (${code}): ${output}`)));
  });
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), 'atom-sdk-'));
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('ATOM_'));
  const server = spawn(binary(), ['serve', '--demo', '--listen', '127.0.0.1:0', '--data-dir', data], {
    cwd: data,
    env: { ...Object.fromEntries(environment), RUST_LOG: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  project.provide('server', await listening(server));
  project.provide('adminKey', readFileSync(join(data, 'admin.key'), 'utf8').trim());
  return async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
}
