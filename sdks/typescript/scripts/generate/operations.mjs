// Writes the table of operations and the class with a method for each of them. The signature follows from the
// operation: path parameters one by one, everything else in one object, the request options last. Installing, bulk
// installing and rating have the shapes of the integration guide.

import { pascal, refName, typeName } from './document.mjs';
import { documentation, field } from './types.mjs';

export function operationsModule({ operations, schemas }) {
  const lines = operations.map((operation) => {
    const required = [
      ...operation.query.filter((parameter) => parameter.required).map((parameter) => parameter.name),
      ...((operation.body && schemas[operation.body].required) || []),
      // The schema cannot say "one of the names of the ids"; the method makes one of them.
      ...(operation.verb === 'bulk_install' ? ['ids'] : []),
    ];
    const reserved = operation.pathParameters.filter((parameter) => parameter.reserved.length > 0);
    const parts = [
      `method: '${operation.method}'`,
      `path: '${operation.path}'`,
      operation.body && `body: '${typeName(operation.body)}'`,
      beside(operation, schemas).length > 0 && `query: ${list(beside(operation, schemas))}`,
      operation.headers.length > 0 && `headers: ${list(operation.headers.map((parameter) => parameter.name))}`,
      required.length > 0 && `required: ${list(required)}`,
      reserved.length > 0 &&
        `reserved: { ${reserved.map(({ wire, reserved: words }) => `${wire}: ${list(words)}`).join(', ')} }`,
      operation.answer.schema && `answer: '${typeName(operation.answer.schema)}'`,
      operation.dryRun && `dryRun: '${operation.dryRun}'`,
    ].filter(Boolean);
    return `  ${operation.name}: {\n${parts.map((part) => `    ${part},\n`).join('')}  },\n`;
  });
  return `import type { Operation } from '../operation.js';

/** Every operation of the API, as the client sends it. */
export const operations = {
${lines.join('')}} as const satisfies Record<string, Operation>;
`;
}

/** Parameters that go into the query although there is a body: those it has no field for. */
function beside({ body, query }, schemas) {
  if (!body) return [];
  return query.map((parameter) => parameter.name).filter((name) => !(name in schemas[body].properties));
}

const list = (values) => `[${values.map((value) => `'${value}'`).join(', ')}]`;

/** The parameters of an operation beside its path and body, as an interface that kinds share. */
function parametersName(operation) {
  return operation.kind ? `Component${pascal(operation.verb)}Params` : `${pascal(operation.id)}Params`;
}

function parametersInterface(operation) {
  const parameters = [...operation.query, ...operation.headers].map((parameter) =>
    field(parameter.name, queryType(parameter), parameter.required),
  );
  return `/** Parameters of \`${operation.name}\`${operation.kind ? ' and its like for the other kinds' : ''}. */
export interface ${parametersName(operation)} {
${parameters.join('')}}
`;
}

/** One value may stand for a list of one. */
function queryType(parameter) {
  const { schema, description = '' } = parameter;
  if (schema.type !== 'array') return { ...schema, description };
  return { oneOf: [{ ...schema.items, description }, schema] };
}

export function methodsModule({ operations }) {
  const interfaces = new Map();
  for (const operation of operations) {
    if (operation.query.length + operation.headers.length === 0) continue;
    const name = parametersName(operation);
    const text = parametersInterface(operation);
    if (!interfaces.has(name)) interfaces.set(name, text);
    else if (interfaces.get(name).split('\n').slice(1).join() !== text.split('\n').slice(1).join()) {
      throw new Error(`${name} differs between kinds`);
    }
  }
  const methods = [...operations].sort(byTag).map(method);
  const text = [...interfaces.values(), ...methods].join('\n');
  const imports = [...new Set(operations.flatMap(schemaTypes)), ...queryTypes(operations)];
  const used = [...new Set(imports)].filter((name) => new RegExp(`\\b${name}\\b`).test(text)).sort();
  return `import { bulk, rated, targeted } from '../arguments.js';
import type { RequestOptions } from '../options.js';
import type { Arguments, Operation } from '../operation.js';
import type { PagePromise } from '../page.js';
import type { ApiPromise } from '../promise.js';
import { operations } from './operations.js';
import type {
${used.map((name) => `  ${name},\n`).join('')}} from './types.js';

${[...interfaces.values()].join('\n')}
/** One method for each operation of the API. */
export abstract class Methods {
  /** Sends an operation whose answer is one value, or nothing. */
  protected abstract one<T>(operation: Operation, call: Arguments): ApiPromise<T>;

  /** Sends an operation whose answer is a page. */
  protected abstract page<T>(operation: Operation, call: Arguments): PagePromise<T>;

${methods.join('\n')}}
`;
}

const byTag = (a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0);

const schemaTypes = ({ body, answer, dryRun }) => [body, answer.schema, dryRun].filter(Boolean).map(typeName);

const queryTypes = (operations) =>
  operations.flatMap(({ query }) =>
    query
      .map(({ schema }) => refName(schema) ?? refName(schema.items))
      .filter(Boolean)
      .map(typeName),
  );

function answerType({ answer }) {
  if (answer.kind === 'nothing') return 'ApiPromise<void>';
  const type = typeName(answer.schema);
  if (answer.kind === 'page') return `PagePromise<${type}>`;
  return `ApiPromise<${answer.kind === 'list' ? `${type}[]` : type}>`;
}

function method(operation) {
  const described = documentation(describe(operation), '  ');
  switch (operation.kind && operation.verb) {
    case 'install':
    case 'uninstall':
      return targetedMethod(operation, described);
    case 'bulk_install':
      return bulkMethod(operation, described);
    case 'rate':
      return rateMethod(operation, described);
    default:
      return plainMethod(operation, described);
  }
}

function describe({ summary, description, pathParameters }) {
  const parameters = pathParameters.map(({ name, description: text }) => `@param ${name} ${text}`.trimEnd());
  const title = /[.!?]$/.test(summary) ? summary : `${summary}.`;
  return [title, description && `\n${description}`, parameters.length > 0 && `\n${parameters.join('\n')}`]
    .filter(Boolean)
    .join('\n');
}

/** The type of the object with everything that is not in the path; undefined where there is nothing. */
function paramsType(operation) {
  const types = [
    operation.body && typeName(operation.body),
    operation.query.length + operation.headers.length > 0 && parametersName(operation),
  ].filter(Boolean);
  return types.length > 0 ? types.join(' & ') : undefined;
}

const send = ({ answer }) => (answer.kind === 'page' ? 'page' : 'one');

const OPTIONAL_BODIES = /^(approve|release)_/;

function plainMethod(operation, described) {
  const { name, pathParameters, query, body } = operation;
  const type = paramsType(operation);
  const needed =
    (body && !OPTIONAL_BODIES.test(operation.id) && !/yank/.test(operation.id)) ||
    query.some(({ required }) => required);
  const path = pathParameters.map((parameter) => `${parameter.name}: ${parameter.type}`);
  const signature = (params, answer) =>
    `  ${name}(${[...path, ...params, 'options?: RequestOptions'].join(', ')}): ${answer}`;
  const params = type ? [`params${needed ? '' : '?'}: ${type}`] : [];
  const values = `{ path: [${pathParameters.map((parameter) => parameter.name).join(', ')}], ${type ? 'params, ' : ''}options }`;
  const call = `{\n    return this.${send(operation)}(operations.${name}, ${values});\n  }\n`;
  if (!operation.dryRun) return `${described}${signature(params, answerType(operation))} ${call}`;
  const dry = [`params: ${type} & { dryRun: true }`];
  return [
    `${described}${signature(dry, `ApiPromise<${operation.dryRun}>`)};\n`,
    `${signature(params, answerType(operation))};\n`,
    `${signature(params, `ApiPromise<${typeName(operation.answer.schema)} | ${operation.dryRun}>`)} ${call}`,
  ].join('');
}

function targetedMethod(operation, described) {
  const { name, kind } = operation;
  const id = `${kind}Id`;
  const type = paramsType(operation);
  const all = `${type} & { ${id}: string }`;
  const answer = answerType(operation);
  const either = operation.dryRun ? `ApiPromise<${typeName(operation.answer.schema)} | ${operation.dryRun}>` : answer;
  const overloads = [];
  if (operation.dryRun) {
    overloads.push(
      `(${id}: string, params: ${type} & { dryRun: true }, options?: RequestOptions): ApiPromise<${operation.dryRun}>`,
    );
    overloads.push(`(params: ${all} & { dryRun: true }, options?: RequestOptions): ApiPromise<${operation.dryRun}>`);
  }
  overloads.push(`(${id}: string, targetTenantId?: string | null, options?: RequestOptions): ${answer}`);
  overloads.push(`(${id}: string, params: ${type}, options?: RequestOptions): ${answer}`);
  overloads.push(`(params: ${all}, options?: RequestOptions): ${answer}`);
  const implementation = `(\n    first: string | (${all}),\n    second?: string | null | (${type}) | RequestOptions,\n    options?: RequestOptions,\n  ): ${either} {
    return this.one(operations.${name}, targeted('${id}', first, second, options));
  }\n`;
  const sentence = described.replace(
    /\n {3}\*\n {3}\* @param[^]*$/,
    `\n   *\n   * Called as \`(${id}, targetTenantId)\`, \`(${id}, params)\` or \`({ ${id}, … })\`.\n   */\n`,
  );
  return sentence + overloads.map((overload) => `  ${name}${overload};\n`).join('') + `  ${name}${implementation}`;
}

function bulkMethod(operation, described) {
  const { name, kind } = operation;
  const ids = `${kind}Ids`;
  const type = paramsType(operation);
  const answer = answerType(operation);
  const sentence = described.replace(
    /\n? \*\/\n$/,
    `\n   *\n   * Called as \`(${ids}, params)\` or \`({ ${ids}, … })\`; up to 100 ids.\n   */\n`,
  );
  return `${sentence.replace(/^ {2}\/\*\* (.*)\n/, '  /**\n   * $1\n')}  ${name}(${ids}: readonly string[], params?: ${type}, options?: RequestOptions): ${answer};
  ${name}(params: ${type}, options?: RequestOptions): ${answer};
  ${name}(
    first: readonly string[] | ${type},
    second?: ${type} | RequestOptions,
    options?: RequestOptions,
  ): ${answer} {
    return this.one(operations.${name}, bulk('${ids}', first, second, options));
  }\n`;
}

function rateMethod(operation, described) {
  const { name, pathParameters } = operation;
  const [{ name: id }] = pathParameters;
  const others = parametersName(operation);
  const sentence = described.replace(/\n {3}\*\/\n$/, `\n   * @param rating 1 to 5\n   */\n`);
  return `${sentence}  ${name}(
    ${id}: string,
    rating: number,
    params?: Omit<${typeName(operation.body)}, 'rating'> & ${others},
    options?: RequestOptions,
  ): ${answerType(operation)} {
    return this.one(operations.${name}, rated(${id}, rating, params, options));
  }\n`;
}
