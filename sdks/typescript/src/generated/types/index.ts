// Written by scripts/generate.mjs from openapi.json. Do not edit.

export type * from './account.js';
export type * from './admin.js';
export type * from './catalog.js';
export type * from './common.js';
export type * from './components.js';
export type * from './events.js';
export type * from './federation.js';
export type * from './installs.js';
export type * from './publishing.js';
export type * from './ratings.js';
export type * from './statistics.js';
export type * from './tenant.js';
export type * from './test-environment.js';
export type * from './tokens.js';
export type * from './usage.js';
export type * from './webhooks.js';
