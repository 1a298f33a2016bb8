// Writes the types (camelCase) and the shapes: which fields of which schema hold further typed objects. What no shape
// names is a value the codec hands through as it is, so free-form maps are verbatim without being listed.

import { camel, refName, typeName } from './document.mjs';

/** The free-form field whose keys follow the convention of the language at every depth. */
const CONVERTED = 'settings';

export const documentation = (text, indent = '') => {
  const lines = text.trim().replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return lines[0] ? `${indent}/** ${lines[0]} */\n` : '';
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
};

export function typeOf(schema, readonly = false) {
  if (schema.$ref) return typeName(refName(schema));
  if (schema.oneOf) return union(schema.oneOf.map((one) => typeOf(one, readonly)));
  if (schema.enum) return union(schema.enum.map((value) => `'${value}'`));
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, readonly)));
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array': {
      const item = typeOf(schema.items);
      if (item.includes(' ')) return `${readonly ? 'ReadonlyArray' : 'Array'}<${item}>`;
      return `${readonly ? 'readonly ' : ''}${item}[]`;
    }
    case 'object':
      if (schema.properties) throw new Error('an object inside another must be a schema of its own');
      if (schema.additionalProperties?.type === 'string') return 'Record<string, string>';
      return 'JsonObject';
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

const union = (types) => [...new Set(types)].join(' | ');

export function field(name, schema, required, readonly, indent = '  ') {
  const type = typeOf(schema, readonly);
  const comment = schema.description ?? schema.oneOf?.find((one) => one.description)?.description ?? '';
  return `${documentation(comment, indent)}${indent}${camel(name)}${required ? '' : '?'}: ${type}${required ? '' : ' | undefined'};\n`;
}

/** What the caller makes (a schema that takes no other fields) may hold arrays that are the caller's to keep. */
function fields(schema) {
  const readonly = schema.additionalProperties === false;
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .map(([name, property]) => field(name, property, required.has(name), readonly))
    .join('');
}

/** Beside `settings` of a request: the way past the conversion. */
const RAW_IN = `  /** The same without any conversion, in place of \`settings\`. */\n  rawSettings?: JsonObject | null | undefined;\n`;
const RAW_OUT = `  /** The same as it is stored, without any conversion. */\n  rawSettings: JsonObject;\n`;
const EXTRA_FIELDS = { InstallConfig: RAW_IN, InstalledConfig: RAW_OUT };

const isObject = (schema) => schema.type === 'object' && schema.properties !== undefined;

const JSON_OBJECT = `/** A JSON object whose keys this package never touches. */
export type JsonObject = { [key: string]: unknown };
`;

/** One file for each subject with the types that it alone has, and one with those that several have. */
export function typeModules({ schemas, operations }) {
  const subjects = subjectsOf(schemas, operations);
  const modules = {};
  for (const subject of [...new Set(subjects.values())].sort()) {
    const names = [...subjects.keys()].filter((name) => subjects.get(name) === subject).sort();
    const text = names.map((name) => typeText(name, schemas[name])).join('\n');
    const own = subject === COMMON ? JSON_OBJECT : '';
    const foreign = [...subjects].filter(([, other]) => other !== subject);
    const others = [...(own ? [] : [['JsonObject', COMMON]]), ...foreign].filter(([name]) =>
      new RegExp(`\\b${typeName(name)}\\b`).test(text.replace(/\/\*\*[^]*?\*\//g, '')),
    );
    const imports = others
      .map(([name, other]) => `import type { ${typeName(name)} } from './${other}.js';\n`)
      .sort()
      .join('');
    modules[`types/${subject}.ts`] = [imports, own, text].filter(Boolean).join('\n');
  }
  modules['types/index.ts'] = Object.keys(modules)
    .map((path) => `export type * from './${path.slice('types/'.length, -'.ts'.length)}.js';\n`)
    .join('');
  return modules;
}

const COMMON = 'common';

/** The subject (the tag of operations) that alone uses a schema; `common` where it is none or several. */
function subjectsOf(schemas, operations) {
  const tags = new Map(Object.keys(schemas).map((name) => [name, new Set()]));
  const visit = (name, tag) => {
    if (tags.get(name).has(tag)) return;
    tags.get(name).add(tag);
    for (const [, inner] of JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g))
      visit(inner, tag);
  };
  for (const { body, answer, dryRun, query, tag } of operations) {
    const inQuery = query.map(({ schema }) => refName(schema) ?? refName(schema.items));
    for (const name of [body, answer.schema, dryRun, ...inQuery].filter(Boolean)) visit(name, tag.replace(/\W+/g, '-'));
  }
  const named = [...tags].filter(([name]) => !name.startsWith('Page_'));
  return new Map(named.map(([name, found]) => [name, found.size === 1 ? [...found][0] : COMMON]));
}

function typeText(name, schema) {
  const head = documentation(schema.description ?? '');
  if (schema.allOf) {
    const parents = schema.allOf.filter((part) => part.$ref).map((part) => typeOf(part));
    const own = schema.allOf.filter(isObject).map(fields);
    return `${head}export interface ${typeName(name)} extends ${parents.join(', ')} {\n${own.join('')}}\n`;
  }
  if (isObject(schema)) {
    return `${head}export interface ${typeName(name)} {\n${fields(schema)}${EXTRA_FIELDS[name] ?? ''}}\n`;
  }
  return `${head}export type ${typeName(name)} = ${typeOf(schema)};\n`;
}

export function shapesModule({ schemas }) {
  const lines = [];
  for (const name of Object.keys(schemas).sort()) {
    if (name.startsWith('Page_')) continue;
    const nested = Object.entries(properties(schemas, name)).flatMap(([property, schema]) => {
      const shape = shapeOf(schemas, property, schema);
      return shape ? [`${property}: '${shape}'`] : [];
    });
    if (nested.length > 0) lines.push(`  ${typeName(name)}: { ${nested.join(', ')} },\n`);
  }
  return `/** Fields (as on the wire) that hold typed objects, or \`*\`: an object whose keys are converted at every depth. */
export const shapes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${lines.join('')}};
`;
}

/** All properties of a schema, those of the schemas it is made of included. */
function properties(schemas, name) {
  const schema = schemas[name];
  const parts = schema.allOf ?? [schema];
  return Object.assign(
    {},
    ...parts.map((part) => (part.$ref ? properties(schemas, refName(part)) : (part.properties ?? {}))),
  );
}

function shapeOf(schemas, property, schema) {
  if (schema.oneOf) return schema.oneOf.map((one) => shapeOf(schemas, property, one)).find(Boolean);
  if (schema.items) return shapeOf(schemas, property, schema.items);
  const name = refName(schema);
  if (name) return schemas[name].properties || schemas[name].allOf ? typeName(name) : undefined;
  if (refName(schema.additionalProperties)) throw new Error(`${property}: a map of typed objects needs a shape`);
  const freeForm =
    [schema.type].flat().includes('object') && !schema.properties && schema.additionalProperties === undefined;
  return freeForm && property === CONVERTED ? '*' : undefined;
}
