// Sorts the arguments of methods that can be called in several ways.

import type { Arguments } from './operation.js';
import type { RequestOptions } from './options.js';

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `(id, tenant, options)`, `(id, params, options)` or `({ <idName>, …params }, options)`. */
export function targeted(
  idName: string,
  first: unknown,
  second: unknown,
  options: RequestOptions | undefined,
): Arguments {
  if (isObject(first)) {
    const { [idName]: id, ...params } = first as Record<string, unknown>;
    return { path: [id], params, options: options ?? (second as RequestOptions | undefined) };
  }
  if (isObject(second)) return { path: [first], params: second, options };
  return { path: [first], params: second === undefined || second === null ? {} : { targetTenantId: second }, options };
}

/** `(ids, params, options)` or `({ <idsName>, …params }, options)`. */
export function bulk(idsName: string, first: unknown, second: unknown, options: RequestOptions | undefined): Arguments {
  if (isObject(first)) {
    const { [idsName]: ids, ...params } = first as Record<string, unknown>;
    const named = ids === undefined ? params : { ids, ...params };
    return { path: [], params: named, options: options ?? (second as RequestOptions | undefined) };
  }
  return { path: [], params: { ids: first, ...(isObject(second) ? second : {}) }, options };
}

/** `(id, rating, params, options)`. */
export function rated(
  id: unknown,
  rating: unknown,
  params: object | undefined,
  options: RequestOptions | undefined,
): Arguments {
  return { path: [id], params: { ...params, rating }, options };
}
