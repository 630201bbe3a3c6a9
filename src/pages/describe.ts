/** A CapabilityStatement and its OperationDefinitions as plain data for a page. */
import type { JsonObject, Resource } from '../fhir/resource.js';
import { rangesOf, SOURCE } from '../texts/language.js';

/** A text of a definition, in the page's language if there is a translation. */
export interface Said {
  text: string;
  language: string;
}

export interface ParameterView {
  name: string;
  use: 'in' | 'out';
  /** `0..1` */
  cardinality: string;
  type: string;
  documentation: string;
}

export interface OperationView {
  name: string;
  description: Said;
  /** GET if the definition says that the operation changes nothing; POST works for all. */
  method: 'GET' | 'POST';
  levels: ('system' | 'type' | 'instance')[];
  parameters: ParameterView[];
}

export interface TypeView {
  type: string;
  documentation: Said | undefined;
  interactions: string[];
  /** Canonical URLs. */
  profiles: string[];
  searchParams: { name: string; type: string }[];
  includes: string[];
  revincludes: string[];
  operations: OperationView[];
}

export interface EndpointView {
  /** Mount path: `/fhir/portal`. */
  path: string;
  url: string;
  title: Said;
  description: Said;
  /** Of the whole system. */
  interactions: string[];
  types: TypeView[];
  /** Operations of the whole endpoint, and of every type, listed once. */
  common: OperationView[];
}

/** What a page needs to know of an endpoint. */
export interface DeclaredEndpoint {
  path: string;
  url: string;
  statement: Resource;
}

/** Finds an OperationDefinition by its canonical URL. */
export type FindOperation = (canonical: string) => Resource | undefined;

const objects = (value: unknown): JsonObject[] => (value as JsonObject[] | undefined) ?? [];
const strings = (value: unknown): string[] => (value as string[] | undefined) ?? [];
const codes = (value: unknown): string[] => objects(value).map(({ code }) => String(code));

/** An endpoint as a page shows it, in this language as far as its statement is translated. */
export function describeEndpoint(endpoint: DeclaredEndpoint, find: FindOperation, language: string): EndpointView {
  const { path, url, statement } = endpoint;
  const rest = objects(statement['rest'])[0] ?? {};
  const entries = objects(rest['resource']);
  const ofSystem = definitionsOf([rest]);
  const common = definitionsOf([rest, ...entries]).filter(url => ofSystem.includes(url) || isGeneral(find(url)));
  return {
    path,
    url,
    title: said(statement, 'title', language) ?? { text: path, language: SOURCE },
    description: said(statement, 'description', language) ?? { text: '', language: SOURCE },
    interactions: codes(rest['interaction']),
    types: entries.map(entry => describeType(entry, find, language)),
    common: common.flatMap(url => describeOperation(find(url), ofSystem.includes(url), language)),
  };
}

/** Canonical URLs of the operations of these types, each once. */
function definitionsOf(entries: readonly JsonObject[]): string[] {
  return [
    ...new Set(entries.flatMap(entry => objects(entry['operation']).map(({ definition }) => String(definition)))),
  ];
}

/** Defined on all resources. */
function isGeneral(definition: Resource | undefined): boolean {
  return strings(definition?.['resource']).includes('Resource');
}

function describeType(entry: JsonObject, find: FindOperation, language: string): TypeView {
  const own = definitionsOf([entry])
    .map(find)
    .filter(definition => !isGeneral(definition));
  return {
    type: String(entry['type']),
    documentation: said(entry, 'documentation', language),
    interactions: codes(entry['interaction']),
    profiles: strings(entry['supportedProfile']),
    searchParams: objects(entry['searchParam']).map(({ name, type }) => ({ name: String(name), type: String(type) })),
    includes: strings(entry['searchInclude']),
    revincludes: strings(entry['searchRevInclude']),
    operations: own.flatMap(definition => describeOperation(definition, false, language)),
  };
}

/** One view, or none if there is no definition; the system level counts only if it is declared there. */
function describeOperation(definition: Resource | undefined, ofSystem: boolean, language: string): OperationView[] {
  if (!definition) return [];
  const description = said(definition, 'description', language);
  const offered = (['system', 'type', 'instance'] as const).filter(level => definition[level] === true);
  const levels = offered.filter(level => ofSystem || level !== 'system');
  const view = {
    name: String(definition['code']),
    description: { text: gist(description?.text), language: description?.language ?? SOURCE },
    method: definition['affectsState'] === false ? ('GET' as const) : ('POST' as const),
    levels,
    parameters: objects(definition['parameter']).map(parameter => ({
      name: String(parameter['name']),
      use: parameter['use'] as 'in' | 'out',
      cardinality: `${String(parameter['min'])}..${String(parameter['max'])}`,
      type: String(parameter['type'] ?? ''),
      documentation: gist(parameter['documentation']),
    })),
  };
  return [view];
}

/** The first paragraph of a Markdown text, with the words of links only: HL7's texts are pages long. */
function gist(text: unknown): string {
  const [first = ''] = (typeof text === 'string' ? text : '').split(/\n\s*\n|\s{2,}/, 1);
  return first.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/(?:[;,] e\.g\.[^.]*)?:$/, '.');
}

const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';

/** https://hl7.org/fhir/R4/extension-translation.html */
function said(object: JsonObject, name: string, language: string): Said | undefined {
  const text = object[name];
  if (typeof text !== 'string') return undefined;
  const beside = object[`_${name}`] as JsonObject | undefined;
  const translations = objects(beside?.['extension'])
    .filter(({ url }) => url === TRANSLATION)
    .map(({ extension }) => objects(extension));
  const [translation] = rangesOf(language).flatMap(range => translations.filter(parts => isIn(parts, range)));
  const content = translation?.find(({ url }) => url === 'content');
  const translated = content?.['valueString'] ?? content?.['valueMarkdown'];
  return typeof translated === 'string' ? { text: translated, language } : { text, language: SOURCE };
}

const isIn = (parts: readonly JsonObject[], language: string): boolean =>
  parts.some(({ url, valueCode }) => url === 'lang' && valueCode === language);
