/** The demo's steps for people to read: who calls what with what, and what comes back, without the envelope. */
import { parameterValue } from '../../fhir/parameters.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';

const INDENT = '     ';
const WIDTH = 110;

export interface Email {
  to: string;
  subject: string;
  text: string;
}

export interface Printer {
  /** A numbered heading. */
  step(title: string): void;
  request(line: string, body: Resource | undefined): void;
  answer(status: number, resource: Resource): void;
  mail(email: Email): void;
}

/** @param write takes one line, without its end */
export function createPrinter(write: (line: string) => void): Printer {
  let steps = 0;
  const lines = (mark: string, all: readonly string[]): void => all.forEach(line => write(`${INDENT}${mark}${line}`));
  return {
    step: title => (write(''), write(`${String(++steps).padStart(2)}.  ${title}`)),
    request: (line, body) => (write(`${INDENT}${line}`), lines('  ', body ? linesOf(body) : [])),
    answer: (status, resource) => (write(`${INDENT}→ ${status}`), lines('  ', linesOf(resource))),
    mail({ to, subject, text }) {
      write(`${INDENT}E-mail to ${to}: ${subject}`);
      lines(
        '  | ',
        text.split('\n').filter(line => line.trim() !== ''),
      );
    },
  };
}

/** What matters of a resource, a line each. */
function linesOf(resource: Resource): string[] {
  if (resource.resourceType === 'Parameters') return parameterLines(resource);
  if (resource.resourceType === 'Bundle') return bundleLines(resource);
  const { resourceType, id, meta: _meta, text: _text, ...elements } = resource;
  const title = id === undefined ? resourceType : `${resourceType}/${id}`;
  return [title, ...Object.entries(elements).map(([name, value]) => `  ${name}: ${short(value)}`)];
}

function parameterLines(resource: Resource): string[] {
  return ((resource['parameter'] ?? []) as JsonObject[]).flatMap(one => {
    const { name, type, value } = parameterValue(one);
    return type === 'Resource' ? linesOf(value as Resource) : [`${name}: ${short(value)}`];
  });
}

function bundleLines(bundle: Resource): string[] {
  const entries = (bundle['entry'] ?? []) as { resource: Resource }[];
  return [
    `${entries.length} of ${String(bundle['total'] ?? '?')}`,
    ...entries.flatMap(({ resource }) => linesOf(resource)),
  ];
}

const short = (value: unknown): string => {
  const text = plain(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
};

/** What a person would say for a value: of a coding the code, of a reference its target, of a name the name. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(' + ');
  if (typeof value !== 'object' || value === null) return String(value);
  const {
    reference,
    coding,
    code,
    title,
    value: inner,
    given,
    family,
    url,
    ...others
  } = value as Record<string, unknown>;
  const telling = reference ?? coding ?? title ?? inner ?? code;
  if (telling !== undefined) return plain(telling);
  if (family !== undefined)
    return [given, family]
      .filter(part => part !== undefined)
      .map(plain)
      .join(' ');
  const rest = Object.values(others).map(plain).join(', ');
  return typeof url === 'string' ? `${url.slice(url.lastIndexOf('/') + 1)}: ${rest}` : rest;
}
