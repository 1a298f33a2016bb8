// The receiver that docs/WEBHOOKS.md shows in TypeScript takes what is signed, and nothing that was tampered with.

import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

import { expect, test } from 'vitest';
import ts from 'typescript';

const page = readFileSync(new URL('../../../docs/WEBHOOKS.md', import.meta.url), 'utf8');
const shown = page.split('<!-- receiver: typescript -->\n```typescript\n')[1]?.split('```')[0] ?? '';

/** A port that nobody has. */
const free = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });

test('the receiver of the documents', async () => {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const program = ts.transpileModule(shown, { compilerOptions: options }).outputText;
  const port = await free();
  const secret = 'your-webhook-secret';
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const body = '{"id":"evt_1","type":"component.rated","timestamp":"2026-11-24T10:00:00Z","data":{"rating":5}}';
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const send = async (text: string): Promise<number> => {
      for (;;) {
        try {
          const headers = { 'x-atom-signature': signature, 'webhook-id': 'evt_1' };
          return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: text })).status;
        } catch (error) {
          if (receiver.exitCode !== null) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    expect(await send(body)).toBe(204);
    expect(await send(body.replace('5', '1'))).toBe(400);
  } finally {
    receiver.kill();
  }
});
