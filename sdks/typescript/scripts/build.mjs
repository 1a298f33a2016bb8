// Builds dist: the same source once as ES modules and once as CommonJS, each with its types, and the licences.

import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(`${root}dist`, { recursive: true, force: true });
for (const project of ['tsconfig.esm.json', 'tsconfig.cjs.json']) {
  execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
}
// The package says "module"; what is below says otherwise for itself.
writeFileSync(`${root}dist/cjs/package.json`, '{ "type": "commonjs" }\n');
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(`${root}../../${licence}`, `${root}${licence}`);
