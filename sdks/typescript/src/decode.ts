// Turns what came over the wire into what the caller sees.

import { shapes } from './generated/shapes.js';
import { camelName, EVERY_DEPTH, isPlain } from './names.js';

/** A value of the wire as the caller sees it. */
export function fromWire(value: unknown, shape: string | undefined): unknown {
  if (shape === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => fromWire(item, shape));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, child]): [string, unknown] => [
    camelName(key),
    fromWire(child, shape === EVERY_DEPTH ? shape : shapes[shape]?.[key]),
  ]);
  if (shape === 'InstalledConfig') entries.push(['rawSettings', value['settings']]);
  return Object.fromEntries(entries);
}
