// Writes src/generated from ../../openapi.json: types in camelCase, one method for each operation, and what the codec
// must know to go between camelCase and the wire. Nothing in there is edited by hand.
//
//   node scripts/generate.mjs           writes
//   node scripts/generate.mjs --check   says whether it is up to date (exit 1 if not)
//
// scripts/ahead.json holds operations of the HTTP contract that openapi.json does not have yet. One that openapi.json
// has steps aside.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readDocument } from './generate/document.mjs';
import { methodModules } from './generate/operations.mjs';
import { shapesModule, typeModules } from './generate/types.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => readFileSync(at(path), 'utf8');

const document = readDocument(JSON.parse(read('../../../openapi.json')), JSON.parse(read('./ahead.json')));
const { version } = JSON.parse(read('../package.json'));

const banner = '// Written by scripts/generate.mjs from openapi.json. Do not edit.\n\n';
const wanted = new Map(
  Object.entries({
    ...typeModules(document),
    ...methodModules(document),
    'shapes.ts': shapesModule(document),
    'version.ts': `/** The version of this package. */\nexport const VERSION = '${version}';\n`,
  }).map(([path, text]) => [path, banner + text]),
);

const generated = at('../src/generated');
mkdirSync(generated, { recursive: true });
const entries = readdirSync(generated, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const found = new Map(
  entries
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .map((path) => [path.slice(generated.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
);
const stale = [...new Set([...wanted.keys(), ...found.keys()])].filter((path) => wanted.get(path) !== found.get(path));

if (!process.argv.includes('--check')) {
  for (const path of stale) {
    const text = wanted.get(path);
    mkdirSync(dirname(`${generated}/${path}`), { recursive: true });
    if (text === undefined) rmSync(`${generated}/${path}`);
    else writeFileSync(`${generated}/${path}`, text);
  }
} else if (stale.length > 0) {
  console.error(`sdks/typescript/src/generated is out of date (${stale.join(', ')}): run node scripts/generate.mjs`);
  process.exit(1);
}
