// JSON that can be read in one way alone, and the one way to write it (RFC 8785). `JSON.parse` will not do: it takes a key
// twice in one object, and rounds integers. Here, integers of up to 64 bits keep all their digits, as they do on the server.

/** What `parse` makes; an integer that a double does not hold is a bigint. */
export type Json = null | boolean | number | bigint | string | Json[] | Map<string, Json>;

/** Why a text is not read. */
export class JsonError extends Error {
  constructor(readonly reason: 'malformed' | 'duplicate_key') {
    super(reason);
  }
}

const malformed = (): JsonError => new JsonError('malformed');

const SMALLEST = -(2n ** 63n);
const LARGEST = 2n ** 64n - 1n;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Reads one document of at most so many objects and arrays inside each other, and in all. */
export function parse(text: string, depth: number, containers: number): Json {
  const space = /[ \t\n\r]*/y;
  const token = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
  // No control character, no half of a surrogate pair.
  const plain = /[^"\\\u0000-\u001f]*/y;
  let at = 0;

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const next = (): string => {
    take(space);
    return text.charAt(at);
  };
  const expect = (letter: string): void => {
    if (next() !== letter) throw malformed();
    at++;
  };

  const string = (): string => {
    at++;
    let value = '';
    for (;;) {
      value += take(plain);
      const letter = text.charAt(at++);
      if (letter === '"') break;
      if (letter !== '\\') throw malformed();
      const escape = text.charAt(at++);
      if (escape === 'u') {
        const digits = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw malformed();
        value += String.fromCharCode(parseInt(digits, 16));
        at += 4;
      } else if (escape !== '' && '"\\/'.includes(escape)) value += escape;
      else if (Object.hasOwn(ESCAPES, escape)) value += ESCAPES[escape];
      else throw malformed();
    }
    if (/\p{Surrogate}/u.test(value)) throw malformed();
    return value;
  };

  const value = (level: number): Json => {
    const first = next();
    if (first === '"') return string();
    if (first !== '{' && first !== '[') return scalar(take(token));
    if (level > depth || --containers < 0) throw malformed();
    at++;
    const close = first === '{' ? '}' : ']';
    const object = new Map<string, Json>();
    const array: Json[] = [];
    if (next() === close) at++;
    else {
      for (;;) {
        if (first === '[') array.push(value(level + 1));
        else {
          if (next() !== '"') throw malformed();
          const key = string();
          expect(':');
          if (object.has(key)) throw new JsonError('duplicate_key');
          object.set(key, value(level + 1));
        }
        if (next() === close) break;
        expect(',');
      }
      at++;
    }
    return first === '{' ? object : array;
  };

  const document = value(1);
  next();
  if (at !== text.length) throw malformed();
  return document;
}

function scalar(literal: string): Json {
  if (literal === 'true' || literal === 'false') return literal === 'true';
  if (literal === 'null') return null;
  const double = Number(literal);
  if (literal === '' || !Number.isFinite(double)) throw malformed();
  if (/[.eE]/.test(literal) || Number.isSafeInteger(double)) return double;
  const integer = literal.length <= 20 ? BigInt(literal) : undefined;
  if (integer !== undefined && integer >= SMALLEST && integer <= LARGEST) return integer;
  if (String(double) !== literal) throw malformed();
  return double;
}

/** The canonical text of a value. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Map) {
    // By UTF-16 code units, as `sort` does.
    const keys = [...value.keys()].sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value.get(key) ?? null)}`).join(',')}}`;
  }
  if (typeof value === 'bigint') return value.toString();
  // What JSON.stringify makes of texts and doubles is what RFC 8785 is made of.
  return JSON.stringify(value);
}
