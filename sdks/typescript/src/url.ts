// Makes the address of a request. Values become exactly one segment each, or are refused: `..` and `a/b` would be
// another route, and no escaping protects `..`.

import { invalidRequest } from './errors/index.js';
import type { Operation } from './operation.js';

/** Ids, versions, names of tenants (mirrored ones hold an `@`): what the API knows, and nothing that means something in a URL. */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9_.@+~-]{0,254}$/;

/** The path of an operation with its parameters filled in. */
export function pathOf(operation: Operation, values: readonly unknown[]): string {
  let index = 0;
  return operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = values[index++];
    if (value === undefined || value === null || value === '') throw invalidRequest(name, 'is required');
    if (typeof value !== 'string' || !SEGMENT.test(value)) throw invalidRequest(name, 'is no valid id');
    if (operation.reserved?.[name]?.includes(value)) throw invalidRequest(name, `\`${value}\` is a reserved word`);
    return encodeURIComponent(value);
  });
}

/** The query with its question mark; empty if there is none. A list is the name again for each value. */
export function queryOf(parameters: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one === undefined || one === null) continue;
      query.append(name, one instanceof Date ? one.toISOString() : String(one as string | number | boolean));
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** A path below the base URL. Joined by hand: `new URL(path, base)` would drop the path of the base. */
export function addressOf(baseUrl: string, path: string): string {
  // The routes of the test environment itself are there once, whichever of the two the base is of.
  return path.startsWith('/test/') ? `${baseUrl.replace(/\/test$/, '')}${path}` : `${baseUrl}${path}`;
}
