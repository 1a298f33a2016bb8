// Writes src/generated and docs from ../../openapi.json: types in camelCase, one method for each operation, and what the codec
// must know to go between camelCase and the wire. Nothing in there is edited by hand.
//
//   node scripts/generate.mjs           writes
//   node scripts/generate.mjs --check   says whether it is up to date (exit 1 if not)

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readDocument } from './generate/document.mjs';
import { methodModules } from './generate/operations.mjs';
import { referenceModule } from './generate/reference.mjs';
import { shapesModule, typeModules } from './generate/types.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const read = (path) => readFileSync(at(path), 'utf8');

const document = readDocument(JSON.parse(read('../../../openapi.json')));
const { version } = JSON.parse(read('../package.json'));

const banner = '// Written by scripts/generate.mjs from openapi.json. Do not edit.\n\n';
const code = {
  ...typeModules(document),
  ...methodModules(document),
  'shapes.ts': shapesModule(document),
  'version.ts': `/** The version of this package. */\nexport const VERSION = '${version}';\n`,
};
const wanted = new Map(Object.entries(code).map(([path, text]) => [`src/generated/${path}`, banner + text]));
wanted.set('docs/REFERENCE.md', referenceModule(document));

/** What is there now: all of src/generated, where nothing else may be, and the reference. */
const root = at('..');
const found = new Map();
for (const folder of ['src/generated', 'docs']) {
  mkdirSync(`${root}${folder}`, { recursive: true });
  for (const entry of readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    if (entry.isFile()) found.set(path.slice(root.length).replaceAll('\\', '/'), readFileSync(path, 'utf8'));
  }
}
const stale = [...new Set([...wanted.keys(), ...found.keys()])].filter((path) => wanted.get(path) !== found.get(path));

if (!process.argv.includes('--check')) {
  for (const path of stale) {
    const text = wanted.get(path);
    mkdirSync(dirname(`${root}${path}`), { recursive: true });
    if (text === undefined) rmSync(`${root}${path}`);
    else writeFileSync(`${root}${path}`, text);
  }
} else if (stale.length > 0) {
  console.error(`out of date in sdks/typescript: ${stale.join(', ')}; run node scripts/generate.mjs`);
  process.exit(1);
}
