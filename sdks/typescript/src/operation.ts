// What the generated table says of an operation, and what a call of one brings along.

import type { RequestOptions } from './options.js';

/** An operation of the API. Names are those of the wire. */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, with `{parameters}`. */
  path: string;
  /** The schema of the body. Without one, parameters go into the query. */
  body?: string;
  /** Parameters that go into the query beside a body. */
  query?: readonly string[];
  /** Parameters that go into headers. */
  headers?: readonly string[];
  /** Parameters that must be there. */
  required?: readonly string[];
  /** Values of a path parameter that would be another route. */
  reserved?: Readonly<Record<string, readonly string[]>>;
  /** The schema of the answer; of its items where it is a list or a page. */
  answer?: string;
  /** The answer is text, line by line JSON, and is handed over as it is. */
  text?: true;
  /** The schema of the answer with `dryRun`. */
  dryRun?: string;
  /** Goes with the secret of the test environment in place of a credential. */
  testSecret?: true;
}

/** The arguments of a call, sorted. */
export interface Arguments {
  /** Path parameters, in order. */
  path: readonly unknown[];
  /** Everything else, in camelCase. */
  params?: object | undefined;
  options?: RequestOptions | undefined;
}
