// The public surface of the package.

export { MarketplaceClient, type RawRequest } from './client.js';
export type { ClientOptions, Fetch, RequestOptions } from './options.js';
export type { Logger, LogLevel } from './log.js';
export { Page, PagePromise, type PageInfo } from './page.js';
export { ApiPromise, type ApiResponse, type RateLimit } from './promise.js';
export type { StreamOptions } from './events.js';
export * from './errors/public.js';
export * from './webhooks.js';
export * from './bundles.js';
export { VERSION } from './generated/version.js';
export type * from './generated/types/index.js';
export type * from './generated/parameters.js';
