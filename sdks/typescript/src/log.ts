// Messages for whoever runs the program. Neither a secret nor a body is ever in one.

/** From silent to talkative. */
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

/** Where messages go; `console` is one. */
export interface Logger {
  error(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  info(message: string, facts?: object): void;
  debug(message: string, facts?: object): void;
}

/** All levels, the most silent first. */
export const LEVELS: readonly LogLevel[] = ['off', 'error', 'warn', 'info', 'debug'];

/** Says a message if the level is talkative enough. */
export function say(
  settings: { logger: Logger; logLevel: LogLevel },
  level: Exclude<LogLevel, 'off'>,
  message: string,
  facts?: object,
): void {
  if (LEVELS.indexOf(level) > LEVELS.indexOf(settings.logLevel)) return;
  if (facts === undefined) settings.logger[level](`atom-marketplace: ${message}`);
  else settings.logger[level](`atom-marketplace: ${message}`, facts);
}

/** Headers that may be shown as they are; of every other one only its presence is. */
const SHOWN = new Set([
  'accept',
  'content-type',
  'etag',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'ratelimit',
  'retry-after',
  'user-agent',
  'x-federation-source',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
  'x-tenant-id',
]);

/** Headers as a log may hold them. */
export function shown(headers: Headers): Record<string, string> {
  const facts: Record<string, string> = {};
  headers.forEach((value, name) => {
    facts[name] = SHOWN.has(name.toLowerCase()) ? value : '(hidden)';
  });
  return facts;
}
