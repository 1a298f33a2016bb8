// Writes docs/REFERENCE.md: every method with its route, in a table for each subject.

import { groupsOf, signatureOf } from './operations.mjs';

const TITLES = { 'test-environment': 'Test environment' };

const title = (group) => TITLES[group] ?? group.replace(/^./, (letter) => letter.toUpperCase());

const cell = (text) => text.replaceAll('|', '\\|');

const heading = `# Methods

Written by \`scripts/generate.mjs\` from \`openapi.json\`. Every method takes [options of the request](../README.md#requests)
as a last argument, left out here. Routes are below the base URL. What each parameter and field means is in the types,
which your editor shows.
`;

export function referenceModule({ operations, schemas }) {
  const sections = [...groupsOf(operations)].map(([group, members]) => {
    const rows = members.map((operation) => {
      const summary = operation.summary.replace(/\.$/, '');
      return `| \`${cell(signatureOf(operation, schemas))}\` | ${cell(summary)} | \`${operation.method} ${operation.path}\` |\n`;
    });
    return `\n## ${title(group)}\n\n| method | | route |\n|---|---|---|\n${rows.join('')}`;
  });
  return heading + sections.join('');
}
