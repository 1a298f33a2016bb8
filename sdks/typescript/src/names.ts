// Goes between camelCase and the names of the wire.
//
// The conversion of a name is a bijection between camelCase (`maxDailyTasks`) and snake_case (`max_daily_tasks`). A name
// that is neither (`Content-Type`, `SALESFORCE_KEY`, `level_2`) is handed through as it is, in both directions. Only the
// keys of typed objects and of `settings` are converted; every other map is the caller's own and is never touched.

/** A shape that converts keys at every depth. */
export const EVERY_DEPTH = '*';

/** What is camelCase on the wire too: DSSE's name, of signed envelopes. */
const AS_IT_IS = 'payloadType';

/** `maxDailyTasks` → `max_daily_tasks`. */
export function snakeName(name: string): string {
  if (name === AS_IT_IS) return name;
  return /^[a-z][a-zA-Z0-9]*$/.test(name) ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : name;
}

/** `max_daily_tasks` → `maxDailyTasks`. */
export function camelName(name: string): string {
  return /^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)+$/.test(name)
    ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : name;
}

/** Only what a literal or `JSON.parse` makes; a Date or a class with `toJSON` says itself what it is on the wire. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
