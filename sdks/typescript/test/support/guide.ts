// Takes the TypeScript samples out of the integration guide, whose fences and indentation were lost.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repository } from './process.js';

export interface Sample {
  /** The line of the guide it begins in. */
  line: number;
  /** Its text, to the letter. */
  text: string;
}

export const guidePath = join(repository, '../shared/guide/integration-guide-v13.txt');

export const guideText = (): string => readFileSync(guidePath, 'utf8');

/** A sample begins after its label, or with an import in the language of this package. */
const BEGINNING = /^(?:.*?\/\/ TypeScript\n|(?=import \{[^}]*\} from '))/gm;

/** A closing fence was lost where a statement ends and something that is no code begins at once. */
const NO_CODE = /[A-Z0-9*-]/;

/** Every TypeScript sample, in order. */
export function samplesOf(guide: string): Sample[] {
  const samples: Sample[] = [];
  let end = 0;
  for (const match of guide.matchAll(BEGINNING)) {
    const begin = match.index + match[0].length;
    if (begin < end) continue;
    end = endOf(guide, begin);
    samples.push({ line: guide.slice(0, begin).split('\n').length, text: guide.slice(begin, end) });
  }
  return samples;
}

function endOf(guide: string, begin: number): number {
  let depth = 0;
  // Strings, templates and comments are passed over; brackets are counted.
  const token = /'[^'\n]*'|"[^"\n]*"|`[^`]*`|\/\/[^\n]*|[([{]|[)\]}]|;/g;
  token.lastIndex = begin;
  for (let match = token.exec(guide); match; match = token.exec(guide)) {
    const [text] = match;
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (depth === 0 && (text === ';' || text === '}') && NO_CODE.test(guide[token.lastIndex] ?? '-'))
      return token.lastIndex;
  }
  throw new Error('a sample does not end');
}
