// Reads openapi.json into what the writers need: schemas by name, and operations with their names, parameters, body
// and answer already resolved. Whatever it does not understand is an error, so that nothing is silently left out.

/** Names that mean something else in TypeScript or say too little on their own. */
const TYPE_NAMES = {
  Code: 'ErrorCode',
  Event: 'MarketplaceEvent',
  File: 'ComponentFile',
  FileEntry: 'ComponentFileEntry',
  Status: 'ComponentStatus',
};

/** Methods that the integration guide calls otherwise than the operation. */
const METHOD_NAMES = { get_usage: 'get_usage_stats' };

/** What an operation answers to `dry_run`; the document names it only in words. */
const DRY_RUN = { publish: 'PublishCheck', install: 'InstallPlan' };

/** Segments that are routes of their own beside `{id}`, and the contract's reserved component ids. */
const RESERVED_COMPONENT_IDS = ['bulk-install', 'categories', 'search'];

export const camel = (name) =>
  name === 'payloadType' ? name : name.toLowerCase().replace(/[_-]([a-z0-9])/g, (_, letter) => letter.toUpperCase());
export const pascal = (name) => camel(name).replace(/^[a-z]/, (letter) => letter.toUpperCase());
export const typeName = (schema) => TYPE_NAMES[schema] ?? schema;
export const refName = (schema) => schema?.$ref?.split('/').at(-1);

export function readDocument(openapi) {
  const { schemas } = openapi.components;
  // An answer that never ends has a method written by hand.
  const operations = listOperations(openapi).filter((operation) => !isEndless(operation));
  const paths = operations.map((operation) => operation.path);
  return { schemas, operations: operations.map((operation) => resolve(operation, paths)) };
}

function listOperations({ paths }) {
  return Object.entries(paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({
      ...operation,
      method: verb.toUpperCase(),
      path: path.replace(/^\/api(?=\/)/, ''),
    })),
  );
}

const isEndless = (operation) => 'text/event-stream' in (operation.responses['200']?.content ?? {});

function resolve(operation, paths) {
  const id = operation.operationId;
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
  const kind = /^\/(agent|skill|canvas|domain)-marketplace\//.exec(operation.path)?.[1];
  const verb = kind ? id.replace(new RegExp(`_(${kind}s?|${kind}es)(?=_|$)`), '') : id;
  const answer = answerOf(operation);
  const body = operation.requestBody && bodyOf(operation);
  return {
    id,
    kind,
    verb,
    name: camel(METHOD_NAMES[id] ?? id),
    method: operation.method,
    path: operation.path,
    pathParameters: inPath.map((name) => ({
      wire: name,
      name: kind && name === 'id' ? `${kind}Id` : camel(name),
      description: parameters.find((parameter) => parameter.name === name).description ?? '',
      type: typeName(refName(parameters.find((parameter) => parameter.name === name).schema) ?? 'string'),
      reserved: reservedAt(operation.path, name, paths, kind),
    })),
    query: parameters.filter((parameter) => parameter.in === 'query'),
    // If-None-Match is the cache's.
    headers: parameters.filter((parameter) => parameter.in === 'header' && parameter.name !== 'If-None-Match'),
    body,
    answer,
    dryRun: parameters.some((parameter) => parameter.name === 'dry_run') ? DRY_RUN[verb] : undefined,
    // The test environment's own routes have a secret of their own in place of the client's credential.
    testSecret: (operation.security ?? []).some((scheme) => 'test_secret' in scheme),
    tag: operation.tags?.[0] ?? '',
    summary: inEnglish(operation.summary ?? ''),
    description: inEnglish(operation.description ?? ''),
  };
}

/** The server's texts are the same for every kind, whose article is not. */
const inEnglish = (text) => text.replace(/\b([Aa]) (?=agent\b)/g, '$1n ');

/** The literal segments a value of this parameter would be mistaken for. */
function reservedAt(path, parameter, paths, kind) {
  const segments = path.split('/');
  const position = segments.indexOf(`{${parameter}}`);
  const before = segments.slice(0, position).join('/');
  const siblings = paths
    .map((other) => other.split('/'))
    .filter((other) => other.slice(0, position).join('/') === before)
    .map((other) => other[position])
    .filter((segment) => segment && !segment.startsWith('{'));
  const contract = kind && parameter === 'id' ? RESERVED_COMPONENT_IDS : [];
  return [...new Set([...siblings, ...contract])].sort();
}

function bodyOf(operation) {
  const name = refName(operation.requestBody.content?.['application/json']?.schema);
  if (!name) throw new Error(`${operation.operationId}: a body that is not a named schema`);
  return name;
}

function answerOf(operation) {
  // Where there are both, 200 is for a dry run too.
  const response = ['201', '200', '202', '204'].map((status) => operation.responses[status]).find(Boolean);
  if (!response) throw new Error(`${operation.operationId}: no 2xx answer`);
  const media = response.content?.['application/json'];
  if (!media) return { kind: response.content?.['application/x-ndjson'] ? 'text' : 'nothing' };
  if (media.schema.type === 'array') return { kind: 'list', schema: refName(media.schema.items) };
  const name = refName(media.schema);
  if (!name) throw new Error(`${operation.operationId}: an answer that is not a named schema`);
  return name.startsWith('Page_') ? { kind: 'page', schema: name.slice(5) } : { kind: 'one', schema: name };
}
