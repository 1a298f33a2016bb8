// Writes src/generated from ../../openapi.json: types in camelCase, one method for each operation, and what the codec
// must know to go between camelCase and the wire. Nothing in there is edited by hand.
//
//   node scripts/generate.mjs           writes
//   node scripts/generate.mjs --check   says whether it is up to date (exit 1 if not)
//
// scripts/ahead.json holds operations of the HTTP contract that openapi.json does not have yet. One that openapi.json
// has steps aside.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { readDocument } from './generate/document.mjs';
import { methodsModule, operationsModule } from './generate/operations.mjs';
import { shapesModule, typesModule } from './generate/types.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => readFileSync(at(path), 'utf8');

const document = readDocument(JSON.parse(read('../../../openapi.json')), JSON.parse(read('./ahead.json')));
const { version } = JSON.parse(read('../package.json'));

const banner = '// Written by scripts/generate.mjs from openapi.json. Do not edit.\n\n';
const modules = {
  'types.ts': typesModule(document),
  'shapes.ts': shapesModule(document),
  'operations.ts': operationsModule(document),
  'methods.ts': methodsModule(document),
  'version.ts': `/** The version of this package. */\nexport const VERSION = '${version}';\n`,
};

const stale = [];
mkdirSync(at('../src/generated'), { recursive: true });
for (const [name, text] of Object.entries(modules)) {
  const path = at(`../src/generated/${name}`);
  const wanted = banner + text;
  let found = '';
  try {
    found = readFileSync(path, 'utf8');
  } catch {
    // Not written yet: stale.
  }
  if (found === wanted) continue;
  stale.push(name);
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
}

if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`sdks/typescript/src/generated is out of date (${stale.join(', ')}): run node scripts/generate.mjs`);
  process.exit(1);
}
