// Turns what the caller gives into what goes onto the wire.

import { invalidRequest } from './errors/index.js';
import { shapes } from './generated/shapes.js';
import { EVERY_DEPTH, isPlain, snakeName } from './names.js';

/** A value of the caller as it goes onto the wire. */
export function toWire(value: unknown, shape: string | undefined, path = ''): unknown {
  if (shape === undefined) return value;
  if (Array.isArray(value)) return value.map((item, index) => toWire(item, shape, `${path}/${index}`));
  if (!isPlain(value)) return value;
  const wire = new Map<string, unknown>();
  for (const [name, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const [key, inner] = wireField(name, shape);
    if (wire.has(key)) throw invalidRequest(`${path}/${key}`, `given twice (as ${name}, too)`);
    wire.set(key, toWire(child, inner, `${path}/${key}`));
  }
  return Object.fromEntries(wire);
}

function wireField(name: string, shape: string): [string, string | undefined] {
  if (shape === EVERY_DEPTH) return [snakeName(name), shape];
  if (shape === 'InstallConfig' && (name === 'rawSettings' || name === 'raw_settings')) return ['settings', undefined];
  const key = snakeName(name);
  return [key, shapes[shape]?.[key]];
}
