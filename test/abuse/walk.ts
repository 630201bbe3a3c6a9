/** Every request a patient could try about another, made of what the portal declares. */
import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js';
import { canary, nameOf } from './two-patients.js';

export interface Attempt {
  method: string;
  /** Below the endpoint's base. */
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const get = (path: string): Attempt => ({ method: 'GET', path });

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

function searches({ type, searchParam = [] }: CapabilityStatementRestResource, other: string): string[] {
  const elements = searchParam.filter(({ name }) => !name.startsWith('_'));
  return [
    ...['_id', '_tag', '_profile', '_security', '_source'].map(name => `${type}?${name}=${other}`),
    ...['_content=Common', '_text=Common', `_content=${canary(other)}`, '_lastUpdated=gt2000'].map(
      text => `${type}?${text}`,
    ),
    ...elements.flatMap(({ name, type: kind }) => [
      ...valuesFor(kind, other).map(value => `${type}?${name}${value}`),
      `${type}?${name}:missing=true&_sort=-${name}`,
      `${type}?${name}:missing=false&_sort=${name}`,
    ]),
  ];
}

/** `Patient?_has:Observation:subject:code=…`, for every reference parameter of every type. */
function reverseChains(type: string, all: readonly CapabilityStatementRestResource[], other: string): string[] {
  return all.flatMap(({ type: from, searchParam = [] }) =>
    searchParam
      .filter(({ type: kind, name }) => kind === 'reference' && !name.startsWith('_'))
      .flatMap(({ name }) => [
        `${type}?_has:${from}:${name}:_id=${nameOf(other, from)}`,
        `${type}?_has:${from}:${name}:_lastUpdated=gt2000`,
      ]),
  );
}

function views(resource: CapabilityStatementRestResource): string[] {
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
    ],
    ...[
      '?_include=*',
      '?_revinclude=*',
      '?_text=Common',
      '?_content=Common',
      '?_list=x',
      '?_filter=id eq x',
      '/_history',
    ],
    ...searchInclude.flatMap(include => [`?_include=${include}`, `?_include:iterate=${include}`]),
    ...searchRevInclude.map(include => `?_revinclude=${include}`),
  ].map(rest => `${type}${rest}`);
}

/** Everything about one resource of the other's. */
function instance(type: string, id: string, other: string): Attempt[] {
  const path = `${type}/${id}`;
  const body = { resourceType: type, id, status: 'completed', subject: { reference: `Patient/${other}` } };
  const search = { 'content-type': 'application/x-www-form-urlencoded' };
  const json = { 'content-type': 'application/fhir+json' };
  return [
    ...[path, `${path}/_history`, `${path}/_history/1`, `${path}/_history/2`, `${type}?_id=${id}`].map(get),
    ...[`Patient/${other}/${type}`, `Patient/${other}/${type}?_summary=count`].map(get),
    { method: 'HEAD', path },
    { method: 'GET', path, headers: { 'if-none-match': 'W/"1"' } },
    { method: 'PUT', path, headers: json, body },
    { method: 'PUT', path, headers: { ...json, 'if-match': 'W/"1"' }, body },
    {
      method: 'PATCH',
      path,
      headers: { 'content-type': 'application/json-patch+json' },
      body: [{ op: 'test', path: '/id', value: id }],
    },
    { method: 'DELETE', path },
    { method: 'PUT', path: `${type}?_id=${id}`, headers: json, body },
    { method: 'DELETE', path: `${type}?_id=${id}` },
    { method: 'POST', path: type, headers: { ...json, 'if-none-exist': `_id=${id}` }, body },
    { method: 'POST', path: `${type}/_search`, headers: search, body: `_id=${id}` },
    { method: 'POST', path: `${type}/_search?_id=${id}`, headers: search, body: '_total=accurate' },
  ];
}

function bundles(types: readonly string[], other: string): Attempt[] {
  const entries = types.map(type => ({ request: { method: 'GET', url: `${type}/${nameOf(other, type)}` } }));
  const all = types.map(type => ({ request: { method: 'GET', url: `${type}?_total=accurate` } }));
  const headers = { 'content-type': 'application/fhir+json' };
  return ['batch', 'transaction'].flatMap(type =>
    [...entries.map(entry => [entry]), all].map(entry => ({
      method: 'POST',
      path: '',
      headers,
      body: { resourceType: 'Bundle', type, entry },
    })),
  );
}

/** All that is declared, searched in every way, for one who would learn about `other`. */
export function searchAttempts(statement: CapabilityStatement, other: string): Attempt[] {
  const resources = statement.rest?.[0]?.resource ?? [];
  return [
    ...resources.flatMap(resource => [...searches(resource, other), ...views(resource)]),
    ...resources.flatMap(({ type }) => reverseChains(type, resources, other)),
    ...['_history', '?_type=Patient,Observation', '?_lastUpdated=gt2000'],
  ].map(get);
}

/** What can be tried on the resources of `other` themselves. */
export function directAttempts(statement: CapabilityStatement, other: string): Attempt[] {
  const types = (statement.rest?.[0]?.resource ?? []).map(({ type }) => type);
  return [
    ...types.flatMap(type => instance(type, nameOf(other, type), other)),
    ...[`Binary/${other}-attachment`, `Task/${other}-work`].map(get),
    { method: 'POST', path: `Communication/${other}-Communication/$mark-read` },
    ...['claim', 'release', 'complete'].map(name => ({ method: 'POST', path: `Task/${other}-work/$${name}` })),
    ...['invite', 'enrollment-status', 'enroll'].map(name => ({ method: 'POST', path: `Patient/${other}/$${name}` })),
    ...bundles(types, other),
  ];
}
