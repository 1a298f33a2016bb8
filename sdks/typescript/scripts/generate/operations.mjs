// Writes the table of operations and the class with a method for each of them. The signature follows from the
// operation: path parameters one by one, everything else in one object, the request options last. Installing, bulk
// installing and rating have the shapes of the integration guide.

import { pascal, refName, typeName } from './document.mjs';
import { documentation, field } from './types.mjs';

/** The class all methods are in is built up file by file, each extending the one before. */
export function methodModules({ operations, schemas }) {
  const groups = groupsOf(operations);
  const names = [...groups.keys()];
  const modules = { 'parameters.ts': parametersModule(operations) };
  names.forEach((name, index) => {
    modules[`methods/${name}.ts`] = methodsModule(name, names[index - 1], groups.get(name), schemas);
  });
  modules['methods/index.ts'] = `export { ${className(names.at(-1))} as Methods } from './${names.at(-1)}.js';\n`;
  return modules;
}

const PLURALS = { agent: 'agents', skill: 'skills', canvas: 'canvases', domain: 'domains' };

/** The file a method is in: that of its kind, or of its subject. */
const groupOf = ({ kind, tag }) => PLURALS[kind] ?? tag.replace(/\W+/g, '-');

const className = (group) => `${pascal(group)}Methods`;

/** Operations by the file their methods are in, in the order of its name. */
export function groupsOf(operations) {
  const groups = new Map([...new Set(operations.map(groupOf))].sort().map((group) => [group, []]));
  for (const operation of operations) groups.get(groupOf(operation)).push(operation);
  return groups;
}

/** What the client must know of these operations to send them. */
function table(operations, schemas) {
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
      operation.answer.kind === 'text' && 'text: true',
      operation.dryRun && `dryRun: '${operation.dryRun}'`,
      operation.testSecret && 'testSecret: true',
    ].filter(Boolean);
    return `  ${operation.name}: {\n${parts.map((part) => `    ${part},\n`).join('')}  },\n`;
  });
  return `const operations = {\n${lines.join('')}} as const satisfies Record<string, Operation>;\n`;
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
    field(parameter.name, queryType(parameter), parameter.required, true),
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

function parametersModule(operations) {
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
  const text = [...interfaces.values()].join('\n');
  return `${imports(text, operations.flatMap(queryTypes), './types/index.js')}\n${text}`;
}

function methodsModule(group, before, operations, schemas) {
  const methods = operations.map((operation) => method(operation, schemas)).join('\n');
  const parent = before
    ? `import { ${className(before)} } from './${before}.js';\n`
    : "import { Sender } from '../../sender.js';\n";
  const heads = [
    imports(methods, ['bulk', 'rated', 'targeted'], '../../arguments.js', 'import'),
    imports(table(operations, schemas), ['Operation'], '../../operation.js'),
    imports(methods, ['RequestOptions'], '../../options.js'),
    imports(methods, ['PagePromise'], '../../page.js'),
    imports(methods, ['ApiPromise'], '../../promise.js'),
    imports(methods, operations.map(parametersName), '../parameters.js'),
    imports(methods, operations.flatMap(schemaTypes), '../types/index.js'),
  ];
  return `${heads.join('')}${parent}
${table(operations, schemas)}
/** Methods for ${group}. */
export abstract class ${className(group)} extends ${before ? className(before) : 'Sender'} {
${methods}}
`;
}

/** Imports those of the names that the text uses. */
function imports(text, names, module, keyword = 'import type') {
  // A word of a comment is no use of a name.
  const code = text.replaceAll(/\/\*\*.*?\*\//gs, '');
  const used = [...new Set(names)].filter((name) => new RegExp(`\\b${name}\\b`).test(code)).sort();
  if (used.length === 0) return '';
  const line = `${keyword} { ${used.join(', ')} } from '${module}';\n`;
  if (line.length <= 120) return line;
  return `${keyword} {\n${used.map((name) => `  ${name},\n`).join('')}} from '${module}';\n`;
}

const schemaTypes = ({ body, answer, dryRun, pathParameters }) => [
  ...[body, answer.schema, dryRun].filter(Boolean).map(typeName),
  ...pathParameters.map(({ type }) => type).filter((type) => type !== 'string'),
];

const queryTypes = ({ query }) =>
  query
    .map(({ schema }) => refName(schema) ?? refName(schema.items))
    .filter(Boolean)
    .map(typeName);

function answerType({ answer }) {
  if (answer.kind === 'nothing') return 'ApiPromise<void>';
  if (answer.kind === 'text') return 'ApiPromise<string>';
  const type = typeName(answer.schema);
  if (answer.kind === 'page') return `PagePromise<${type}>`;
  return `ApiPromise<${answer.kind === 'list' ? `${type}[]` : type}>`;
}

function method(operation, schemas) {
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
      return plainMethod(operation, described, schemas);
  }
}

function describe({ kind, verb, summary, description, pathParameters }) {
  const title = /[.!?]$/.test(summary) ? summary : `${summary}.`;
  const parameters = pathParameters.map(({ name, description: text }) => `@param ${name} ${text}`.trimEnd());
  const ends = {
    install: `Called as \`(${kind}Id, targetTenantId)\`, \`(${kind}Id, params)\` or \`({ ${kind}Id, … })\`.`,
    bulk_install: `Called as \`(${kind}Ids, params)\` or \`({ ${kind}Ids, … })\`; up to 100 ids.`,
    rate: [...parameters, '@param rating 1 to 5'].join('\n'),
  };
  ends.uninstall = ends.install;
  const end = (kind && ends[verb]) ?? parameters.join('\n');
  return [title, description, end].filter(Boolean).join('\n\n');
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

/** Whether the method makes no sense without parameters: some are required, or there is nothing to change. */
function needsParams({ method: verb, body, query }, schemas) {
  if (query.some(({ required }) => required)) return true;
  return body !== undefined && (verb !== 'POST' || (schemas[body].required ?? []).length > 0);
}

/** A method in one line, for people: without the options, and with the several shapes as alternatives. */
export function signatureOf(operation, schemas) {
  const { name, kind, verb, pathParameters } = operation;
  const path = pathParameters.map((parameter) => parameter.name);
  const type = paramsType(operation);
  const params = type ? [`params${needsParams(operation, schemas) ? '' : '?'}: ${type}`] : [];
  const shapes = {
    install: [...path, 'targetTenantId? | params?'],
    uninstall: [...path, 'targetTenantId? | params?'],
    bulk_install: [`${kind}Ids`, 'params?'],
    rate: [...path, 'rating', 'params?'],
  };
  const given = (kind && shapes[verb]) ?? [...path, ...params];
  return `${name}(${given.join(', ')}): ${answerType(operation)
    .replace(/^ApiPromise<(.*)>$/, '$1')
    .replace('PagePromise', 'Page')}`;
}

function plainMethod(operation, described, schemas) {
  const { name, pathParameters } = operation;
  const type = paramsType(operation);
  const path = pathParameters.map((parameter) => `${parameter.name}: ${parameter.type}`);
  const signature = (params, answer) =>
    `  ${name}(${[...path, ...params, 'options?: RequestOptions'].join(', ')}): ${answer}`;
  const params = type ? [`params${needsParams(operation, schemas) ? '' : '?'}: ${type}`] : [];
  const values = `{ path: [${pathParameters.map((parameter) => parameter.name).join(', ')}], ${type ? 'params, ' : ''}options }`;
  const call = `{\n    return this.${send(operation)}(operations.${name}, ${values});\n  }\n`;
  if (!operation.dryRun) return `${described}${signature(params, answerType(operation))} ${call}`;
  const dry = [`params: ${type} & { dryRun: true }`];
  return [
    `${described}${signature(dry, `ApiPromise<${operation.dryRun}>`)};\n`,
    `${described}${signature(params, answerType(operation))};\n`,
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
  // An editor shows what stands before the very shape that is called.
  return overloads.map((overload) => `${described}  ${name}${overload};\n`).join('') + `  ${name}${implementation}`;
}

function bulkMethod(operation, described) {
  const { name, kind } = operation;
  const ids = `${kind}Ids`;
  const type = paramsType(operation);
  const answer = answerType(operation);
  return `${described}  ${name}(${ids}: readonly string[], params?: ${type}, options?: RequestOptions): ${answer};
${described}  ${name}(params: ${type}, options?: RequestOptions): ${answer};
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
  return `${described}  ${name}(
    ${id}: string,
    rating: number,
    params?: Omit<${typeName(operation.body)}, 'rating'> & ${others},
    options?: RequestOptions,
  ): ${answerType(operation)} {
    return this.one(operations.${name}, rated(${id}, rating, params, options));
  }\n`;
}
