/**
 * The searches that an implementation guide asks for, and a plain check, independent of the search itself, of what each
 * must find: it walks the resources as they were written.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '../../../src/definitions/tar.js';
import type { Json, JsonObject, Resource } from '../../../src/fhir/resource.js';

/** Reference data beside the project; absent on machines that only have the project. */
export const data = path.join(process.cwd(), '..', 'shared', 'data');
export const dataThere = existsSync(data);

const read = (...names: string[]): unknown => JSON.parse(readFileSync(path.join(data, ...names), 'utf8'));

export interface Parameter {
  type: string;
  paths: string[];
  comparators: Readonly<Record<string, string>>;
}

export interface Group {
  group: string;
  resource: string;
  searches: { params: string[]; expectation: string }[];
  params: Readonly<Record<string, Parameter>>;
}

export const groupsOf = (file: string): Group[] => (read('matrices', file) as { groups: Group[] }).groups;

/** Patient 85, as its bundle has it. */
export const patientBundle = (): Resource => read('us-core-reference', 'uscore_bundle_patient_85.json') as Resource;

/** US Core and IPA as they are published. */
export const packages = ['hl7.fhir.us.core-610.tgz', 'hl7.fhir.uv.ipa-1.0.0.tgz'].map(name =>
  path.join(data, 'ig-packages', name),
);

const usCore = (): [name: string, bytes: Buffer][] => [...readTar(gunzipSync(readFileSync(packages[0]!)))];

/** The SearchParameters that US Core adds to those of R4; that of the asserted date as Inferno's data set has it. */
export function addedParameters(): Resource[] {
  const bundle = read('us-core-reference', 'uscore_bundle_asserted-date.json') as { entry: { resource: Resource }[] };
  const asserted = bundle.entry.map(({ resource }) => resource).find(one => one.resourceType === 'SearchParameter')!;
  const added = usCore()
    .filter(([name]) => /SearchParameter-us-core-(careteam-role|encounter-discharge|goal-description)/.test(name))
    .map(([, bytes]) => JSON.parse(bytes.toString()) as Resource);
  // Their extensions name a work group by a code that R4 does not have.
  return [asserted, ...added].map(({ extension: _group, ...parameter }) => parameter);
}

/** The examples in US Core's package, of types that patient 85 has nothing of. */
export function examples(types: ReadonlySet<string>): Resource[] {
  return usCore()
    .filter(([name]) => name.includes('/example/') && name.endsWith('.json'))
    .map(([, bytes]) => JSON.parse(bytes.toString()) as Resource)
    .filter(({ resourceType, id }) => types.has(resourceType) && id !== undefined);
}

/** The values at a path such as `participant.role` or `effective` (a choice). */
function valuesAt(resource: Resource, text: string): Json[] {
  const extension = /^extension\.where\(url ?= ?'(.*)'\)\.(\w+)$/.exec(text);
  if (extension) {
    const all = (resource['extension'] ?? []) as JsonObject[];
    return all.filter(({ url }) => url === extension[1]).map(one => one[extension[2]!]!);
  }
  return text
    .split('.')
    .reduce<Json[]>((found, name) => found.flatMap(value => child(value as JsonObject, name)), [resource]);
}

function child(value: JsonObject, name: string): Json[] {
  const key = name in value ? name : Object.keys(value).find(one => new RegExp(`^${name}[A-Z]`).test(one));
  const found = key === undefined ? undefined : value[key];
  return found === undefined ? [] : Array.isArray(found) ? found : [found];
}

/** What a parameter looks at in a resource. Paths may name the type they are for. */
export function valuesOf(resource: Resource, { paths }: Parameter): Json[] {
  const own = paths
    .map(text => text.replace('(', ''))
    .filter(text => !/^[A-Z]/.test(text) || text.startsWith(`${resource.resourceType}.`))
    .map(text => text.replace(/^[A-Z]\w*\./, ''));
  return own.flatMap(text => valuesAt(resource, text));
}

const DAY = 24 * 3600 * 1000;

/** The time a date stands for, from the first millisecond to before the last. */
function span(value: Json): [number, number] {
  if (typeof value === 'string') {
    if (value.length === 10) return [Date.parse(value), Date.parse(value) + DAY];
    if (value.length === 4) return [Date.parse(value), Date.UTC(Number(value) + 1)];
    if (value.length === 7) return [Date.parse(value), Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5)))];
    return [Date.parse(value), Date.parse(value) + (value.includes('.') ? 1 : 1000)];
  }
  const { start, end } = value as { start?: string; end?: string };
  return [start ? span(start)[0] : -Infinity, end ? span(end)[1] : Infinity];
}

function inTime(value: Json, wanted: string): boolean {
  const [, op = 'eq', date = ''] = /^([a-z]{2})?(.*)$/.exec(wanted) ?? [];
  const [from, to] = span(value);
  const [start, end] = span(date);
  const within = from >= start && to <= end;
  if (op === 'gt') return to > end;
  if (op === 'lt') return from < start;
  if (op === 'ge') return to > end || within;
  if (op === 'le') return from < start || within;
  return within;
}

/** Every text anywhere in a value. */
const texts = (value: Json): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value as object).flatMap(texts)
      : [];

const isTime = (type: string): boolean => /^(date|dateTime|instant|Period)$/.test(type);

function codesOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  const { coding, code, value: identifier } = value as JsonObject;
  const codes = ((coding ?? []) as JsonObject[]).map(one => one['code']);
  return [...codes, code, identifier].filter(one => typeof one === 'string');
}

/** Whether a value of the parameter's is what is searched for. */
export function fits(value: Json, { type }: Parameter, wanted: string): boolean {
  if (isTime(type)) return inTime(value, wanted);
  if (type === 'Reference') return (value as JsonObject)['reference'] === wanted;
  if (/^(string|HumanName|Address)$/.test(type)) {
    return texts(value).some(text => text.toLowerCase().startsWith(wanted.toLowerCase()));
  }
  if (type === 'canonical' || type.endsWith('System.String')) return value === wanted;
  return codesOf(value).includes(wanted);
}

/** Something to search for where the data have nothing. */
export function fallback({ type }: Parameter): string {
  if (isTime(type)) return '2020-01-01';
  return type === 'Reference' ? 'Patient/85' : 'nothing';
}

/** Something to search for that this value answers to; undefined where it holds nothing of use. */
export function wantedOf(value: Json, { type }: Parameter): string | undefined {
  if (isTime(type)) {
    const text = typeof value === 'string' ? value : (value as { start?: string }).start;
    return text?.slice(0, 10);
  }
  if (type === 'Reference') return (value as { reference?: string }).reference;
  if (type === 'HumanName') return (value as { family?: string }).family;
  if (type === 'Address') return (value as { city?: string }).city;
  return codesOf(value)[0];
}
