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

/** Of a union of objects that one field tells apart: a name for what is among them one day, and not known now. */
const unknownName = (union) => `Unknown${union}`;

const COMMON_TYPES = `/** A JSON object whose keys this package never touches. */
export type JsonObject = { [key: string]: unknown };

/** A text that is none of those this version knows: to TypeScript it equals none of them, so that comparing narrows. */
export declare enum UnknownText {
  Unknown = '',
}
`;

/** One file for each subject with the types that it alone has, and one with those that several have. */
export function typeModules({ schemas, operations }) {
  const subjects = subjectsOf(schemas, operations);
  const modules = {};
  for (const subject of [...new Set(subjects.values())].sort()) {
    const names = [...subjects.keys()].filter((name) => subjects.get(name) === subject).sort();
    const text = names.map((name) => typeText(name, schemas[name], schemas)).join('\n');
    const own = subject === COMMON ? COMMON_TYPES : '';
    const foreign = [...subjects].filter(([, other]) => other !== subject);
    const always = ['JsonObject', 'UnknownText'].map((name) => [name, COMMON]);
    const others = [...(own ? [] : always), ...foreign].filter(([name]) =>
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

function typeText(name, schema, schemas) {
  const head = documentation(schema.description ?? '');
  if (schema.discriminator) return unionText(name, schema, head, schemas);
  if (schema.allOf?.some((part) => schemas[refName(part)]?.discriminator)) {
    const parts = schema.allOf.map((part) => (part.$ref ? typeOf(part) : `{\n${fields(part)}}`));
    return `${head}export type ${typeName(name)} = ${parts.join(' & ')};\n`;
  }
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

/** Several objects that one field tells apart, and what stands for one that is not known. */
function unionText(name, schema, head, schemas) {
  const tag = schema.discriminator.propertyName;
  const members = schema.oneOf.map((one) => schemas[refName(one)].properties);
  const shared = Object.entries(members[0]).filter(([property]) => members.every((member) => property in member));
  const lines = shared.map(([property, { description = '', ...value }]) => {
    const same = members.every((member) => typeOf(member[property]) === typeOf(value));
    const type = property === tag ? 'UnknownText' : same ? typeOf(value) : 'JsonObject';
    return `${documentation(description, '  ')}  ${camel(property)}: ${type};\n`;
  });
  const other = unknownName(name);
  const options = [...schema.oneOf.map((one) => typeOf(one)), other];
  return `/** \`${typeName(name)}\` of a \`${tag}\` that this version does not know. */
export interface ${other} {
${lines.join('')}}

${head}export type ${typeName(name)} =\n${options.map((option) => `  | ${option}`).join('\n')};\n`;
}

export function shapesModule({ schemas }) {
  const shapes = {};
  const unions = Object.keys(schemas).filter((name) => schemas[name].discriminator);
  const members = new Set(unions.flatMap((name) => schemas[name].oneOf.map((one) => refName(one))));
  for (const name of Object.keys(schemas).sort()) {
    if (name.startsWith('Page_') || members.has(name)) continue;
    if (unions.includes(name)) Object.assign(shapes, unionShapes(schemas, name));
    else shapes[typeName(name)] = nestedOf(schemas, name);
  }
  const lines = Object.entries(shapes).flatMap(([name, nested]) => {
    const entries = Object.entries(nested).map(([property, shape]) => `${property}: '${shape}'`);
    return entries.length > 0 ? [`  ${name}: { ${entries.join(', ')} },\n`] : [];
  });
  return `/** Fields (as on the wire) that hold typed objects, or \`*\`: an object whose keys are converted at every depth. */
export const shapes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${lines.join('')}};
`;
}

/** The fields of a schema that hold typed objects, and their shapes. */
function nestedOf(schemas, name) {
  const { allOf, discriminator, oneOf, ...schema } = schemas[name];
  if (allOf) {
    const parts = allOf.map((part) => (part.$ref ? nestedOf(schemas, refName(part)) : nestedIn(schemas, part)));
    return Object.assign({}, ...parts);
  }
  if (!discriminator) return nestedIn(schemas, schema);
  // Where a field holds another object in each, one shape does for all.
  const fields = oneOf.flatMap((one) => Object.keys(nestedOf(schemas, refName(one))));
  return Object.fromEntries(fields.map((field) => [field, `${typeName(name)}.${field}`]));
}

function nestedIn(schemas, { properties = {} }) {
  const nested = Object.entries(properties).map(([property, schema]) => [property, shapeOf(schemas, property, schema)]);
  return Object.fromEntries(nested.filter(([, shape]) => shape));
}

/** The shape of a union's objects, and of what their fields hold. */
function unionShapes(schemas, name) {
  const shapes = { [typeName(name)]: nestedOf(schemas, name) };
  for (const one of schemas[name].oneOf) {
    for (const [property, shape] of Object.entries(nestedOf(schemas, refName(one)))) {
      const known = (shapes[`'${typeName(name)}.${property}'`] ??= {});
      for (const [field, deeper] of Object.entries(nestedOf(schemas, shape))) {
        if ((known[field] ?? deeper) !== deeper) throw new Error(`${name}: ${property}.${field} is of two shapes`);
        known[field] = deeper;
      }
    }
  }
  return shapes;
}

function shapeOf(schemas, property, schema) {
  if (schema.oneOf) return schema.oneOf.map((one) => shapeOf(schemas, property, one)).find(Boolean);
  if (schema.items) return shapeOf(schemas, property, schema.items);
  const name = refName(schema);
  if (name)
    return schemas[name].properties || schemas[name].allOf || schemas[name].discriminator ? typeName(name) : undefined;
  if (refName(schema.additionalProperties)) throw new Error(`${property}: a map of typed objects needs a shape`);
  const freeForm =
    [schema.type].flat().includes('object') && !schema.properties && schema.additionalProperties === undefined;
  return freeForm && property === CONVERTED ? '*' : undefined;
}
