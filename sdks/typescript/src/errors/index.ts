export { MarketplaceError, type ClientErrorCode, type ErrorInit } from './base.js';
export * from './classes.js';
export { errorOf, invalidRequest } from './from.js';
