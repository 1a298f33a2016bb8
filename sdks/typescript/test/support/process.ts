// The real server as a process, on a port and in a directory of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const repository = fileURLToPath(new URL('../../../../', import.meta.url));

export interface RunningServer {
  /** Where it is, without a slash at its end. */
  url: string;
  adminKey: string;
  stop: () => Promise<void>;
}

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

/** This process' environment without what is meant for the marketplace. */
export const cleanEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ATOM_')));

/** The address it says it listens on. */
function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`the server does not start: ${output}`)), 100_000);
    const end = (code: number | null): void => reject(new Error(`the server ended (${code}): ${output}`));
    server.once('exit', end);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /ATOM Marketplace \S+ at (http:\S+)/.exec(output)?.[1];
      if (!url) return;
      clearTimeout(timer);
      server.off('exit', end);
      resolve(url);
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
  });
}

/** Starts one with the example catalog and the test environment; it may deliver webhooks to loopback. */
export async function startServer(): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'atom-sdk-'));
  const server = spawn(binary(), ['serve', '--demo', '--listen', '127.0.0.1:0', '--data-dir', data], {
    cwd: data,
    env: { ...cleanEnvironment(), ATOM_OUTBOUND_ALLOW: '127.0.0.0/8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null && server.kill('SIGKILL')) await ended;
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const url = await listening(server);
    return { url, adminKey: readFileSync(join(data, 'admin.key'), 'utf8').trim(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
