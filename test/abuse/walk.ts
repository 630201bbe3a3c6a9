/** Every request a patient could try about another, made of what the portal declares. */
import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js';
import { canary, nameOf } from './two-patients.js';

export interface Attempt {
  /** What is tried, whatever the type: by this a sample is drawn. */
  kind: string;
  method: string;
  /** Below the endpoint's base. */
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const FHIR = { 'content-type': 'application/fhir+json' };

const get = (kind: string, path: string): Attempt => ({ kind, method: 'GET', path });

/** Values for a search parameter by its type: some that both patients' data meet, some that only the other's does. */
function valuesFor(type: string, other: string): string[] {
  const secret = canary(other);
  switch (type) {
    case 'string':
      return ['=Common', `=${secret}`, ':contains=ommo'];
    case 'token':
      return ['=shared', ':not=shared', `=${secret}`];
    case 'date':
      return ['=gt2000', '=2026-01-01'];
    case 'reference':
      return [
        `=Patient/${other}`,
        `=Communication/${other}-Communication`,
        ':Patient.family=Common',
        ':Practitioner.active=true',
      ];
    case 'number':
    case 'quantity':
      return ['=gt0'];
    case 'uri':
      return ['=http://portal.example'];
    default:
      return ['=shared$gt0'];
  }
}

function searches({ type, searchParam = [] }: CapabilityStatementRestResource, other: string): Attempt[] {
  const elements = searchParam.filter(({ name }) => !name.startsWith('_'));
  return [
    ...['_id', '_tag', '_profile', '_security', '_source'].map(name => get(name, `${type}?${name}=${other}`)),
    ...['_content=Common', '_text=Common', `_content=${canary(other)}`, '_lastUpdated=gt2000'].map(text =>
      get(text, `${type}?${text}`),
    ),
    ...elements.flatMap(({ name, type: kind }) => [
      ...valuesFor(kind, other).map(value => get(`${kind}${value}`, `${type}?${name}${value}`)),
      ...valuesFor(kind, other).map(value =>
        get(`contained ${kind}${value}`, `${type}?${name}${value}&_contained=true&_containedType=contained`),
      ),
      get(`${kind}:missing`, `${type}?${name}:missing=true&_sort=-${name}`),
      get(`${kind} _sort`, `${type}?${name}:missing=false&_sort=${name}`),
    ]),
  ];
}

/** `Patient?_has:Observation:subject:code=…`, for every reference parameter of every type. */
function reverseChains(type: string, all: readonly CapabilityStatementRestResource[], other: string): Attempt[] {
  return all.flatMap(({ type: from, searchParam = [] }) =>
    searchParam
      .filter(({ type: kind, name }) => kind === 'reference' && !name.startsWith('_'))
      .flatMap(({ name }) => [
        get('_has _id', `${type}?_has:${from}:${name}:_id=${nameOf(other, from)}`),
        get('_has', `${type}?_has:${from}:${name}:_lastUpdated=gt2000`),
      ]),
  );
}

function views(resource: CapabilityStatementRestResource): Attempt[] {
  const { type, searchInclude = [], searchRevInclude = [] } = resource;
  return [
    ...[
      '',
      '?_summary=count',
      '?_total=accurate',
      '?_total=estimate',
      '?_count=1',
      '?_count=0',
      '?_elements=id',
      '?_summary=true',
    ].map(rest => get(rest, type + rest)),
    ...[
      '?_include=*',
      '?_revinclude=*',
      ...['container', 'contained'].flatMap(given =>
        ['true', 'both'].map(which => `?_contained=${which}&_containedType=${given}`),
      ),
      '?_list=x',
      '?_filter=id eq x',
      '/_history',
      '/_history?_since=2000-01-01',
      '/$meta',
    ].map(rest => get(rest, type + rest)),
    ...searchInclude.flatMap(include => [
      get('_include', `${type}?_include=${include}`),
      get('_include:iterate', `${type}?_include:iterate=${include}`),
    ]),
    ...searchRevInclude.map(include => get('_revinclude', `${type}?_revinclude=${include}`)),
  ];
}

/** Everything about one resource of the other's. */
function instance(type: string, id: string, other: string): Attempt[] {
  const path = `${type}/${id}`;
  const body = { resourceType: type, id, status: 'completed', subject: { reference: `Patient/${other}` } };
  const patch = [{ op: 'test', path: '/id', value: id }];
  const reads = ['', '/_history', '/_history/1', '/_history/2', '/$meta', '/$validate', '?_elements=id'];
  const attempts: Omit<Attempt, 'kind'>[] = [
    ...[`${type}?_id=${id}`, `Patient/${other}/${type}`, `Patient/${other}/${type}?_summary=count`].map(one => ({
      method: 'GET',
      path: one,
    })),
    { method: 'HEAD', path },
    { method: 'GET', path, headers: { 'if-none-match': 'W/"1"' } },
    { method: 'GET', path, headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } },
    { method: 'GET', path, headers: { accept: 'text/plain' } },
    { method: 'PUT', path, headers: FHIR, body },
    { method: 'PUT', path, headers: { ...FHIR, 'if-match': 'W/"1"' }, body },
    { method: 'PATCH', path, headers: JSON_PATCH, body: patch },
    { method: 'DELETE', path },
    { method: 'PUT', path: `${type}?_id=${id}`, headers: FHIR, body },
    { method: 'PATCH', path: `${type}?_id=${id}`, headers: JSON_PATCH, body: patch },
    { method: 'DELETE', path: `${type}?_id=${id}` },
    { method: 'POST', path: type, headers: { ...FHIR, 'if-none-exist': `_id=${id}` }, body },
    { method: 'POST', path: `${type}/_search`, headers: FORM, body: `_id=${id}` },
    { method: 'POST', path: `${type}/_search?_id=${id}`, headers: FORM, body: '_total=accurate' },
    { method: 'POST', path: `${path}/$validate`, headers: FHIR, body: { resourceType: 'Parameters' } },
  ];
  return [
    ...reads.map(rest => get(`instance${rest}`, path + rest)),
    ...attempts.map((attempt, at) => ({ kind: `instance ${at}`, ...attempt })),
  ];
}

function bundles(types: readonly string[], other: string): Attempt[] {
  const alone = types.map(type => [{ request: { method: 'GET', url: `${type}/${nameOf(other, type)}` } }]);
  const all = types.map(type => ({ request: { method: 'GET', url: `${type}?_total=accurate` } }));
  const conditional = [
    {
      fullUrl: 'urn:uuid:a7c1c5ac-5a0c-4f0e-8c68-0d4e2f0f7f01',
      request: { method: 'POST', url: 'Communication' },
      resource: {
        resourceType: 'Communication',
        status: 'completed',
        subject: { reference: `Patient?identifier=${canary(other)}` },
      },
    },
  ];
  const bundle = (kind: string, type: string, entry: unknown): Attempt => ({
    ...{ kind: `${type} ${kind}`, method: 'POST', path: '', headers: FHIR },
    body: { resourceType: 'Bundle', type, entry },
  });
  return ['batch', 'transaction'].flatMap(type => [
    ...alone.map(entry => bundle('one', type, entry)),
    bundle('all', type, all),
    bundle('conditional', type, conditional),
  ]);
}

/** All that is declared, searched in every way, for one who would learn about `other`. */
export function searchAttempts(statement: CapabilityStatement, other: string): Attempt[] {
  const resources = statement.rest?.[0]?.resource ?? [];
  const whole = ['_history', '_history?_since=2000-01-01', '?_type=Patient,Observation', '?_lastUpdated=gt2000'];
  return [
    ...resources.flatMap(resource => [...searches(resource, other), ...views(resource)]),
    ...resources.flatMap(({ type }) => reverseChains(type, resources, other)),
    ...whole.map(path => get(path, path)),
    { kind: '_search', method: 'POST', path: '_search', headers: FORM, body: '_type=Patient,Observation' },
    get('$everything', 'Patient/$everything'),
    get('$everything since', 'Patient/$everything?_since=2000-01-01T00:00:00Z'),
  ];
}

/** What can be tried on the resources of `other` themselves. */
export function directAttempts(statement: CapabilityStatement, other: string): Attempt[] {
  const types = (statement.rest?.[0]?.resource ?? []).map(({ type }) => type);
  const operation = (path: string): Attempt => ({ kind: path.replace(/^.*\$/, '$'), method: 'POST', path });
  return [
    ...types.flatMap(type => instance(type, nameOf(other, type), other)),
    ...[`Binary/${other}-attachment`, `Task/${other}-work`].map(path => get('instance', path)),
    get('$everything', `Patient/${other}/$everything`),
    operation(`Communication/${other}-Communication/$mark-read`),
    ...['claim', 'release', 'complete'].map(name => operation(`Task/${other}-work/$${name}`)),
    ...['invite', 'enrollment-status', 'enroll'].map(name => operation(`Patient/${other}/$${name}`)),
    ...bundles(types, other),
  ];
}

/** The attempts of each kind thinned out to one, of another type from kind to kind. */
export function sampleOf(attempts: readonly Attempt[]): Attempt[] {
  const kinds = [...Map.groupBy(attempts, ({ kind }) => kind).values()];
  return kinds.map((all, at) => all[(at * 7) % all.length]!);
}
