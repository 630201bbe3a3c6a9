/** Prints the demo's steps: each request with its sender and body, each answer, without HTTP's headers. */
import { STATUS_CODES } from 'node:http';
import { parameterValue } from '../../fhir/parameters.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';

const INDENT = '     ';
/** What people read in a list, so it is shown again there. */
const READ = /^ {2}(sender|payload): /;
const WIDTH = 110;

export interface Email {
  to: string;
  /** Absent in a text message. */
  subject?: string;
  text: string;
}

export interface Printer {
  /** A numbered heading. */
  step(title: string): void;
  request(line: string, body: Resource | undefined): void;
  answer(status: number, resource: Resource): void;
  mail(email: Email): void;
}

/** @param write takes one line, without its end; `bold` marks headings on a terminal */
export function createPrinter(write: (line: string) => void, bold = (text: string): string => text): Printer {
  let steps = 0;
  const told = createTold();
  const lines = (mark: string, all: readonly string[]): void => all.forEach(line => write(`${INDENT}${mark}${line}`));
  return {
    step(title) {
      steps += 1;
      write('');
      write(bold(`${String(steps).padStart(2)}.  ${title}`));
    },
    request(line, body) {
      write(`${INDENT}${line}`);
      lines('  ', body ? linesOf(body, told) : []);
    },
    answer(status, resource) {
      write(`${INDENT}→ ${status} ${STATUS_CODES[status] ?? ''}`);
      lines('  ', linesOf(resource, told));
    },
    mail({ to, subject, text }) {
      write(`${INDENT}${subject === undefined ? `Text message to ${to}` : `E-mail to ${to}: ${subject}`}`);
      lines(
        '  | ',
        text.split('\n').filter(line => line.trim() !== ''),
      );
    },
  };
}

/** Of the lines on a resource those that were not told of it before; its first appearance may follow from a request. */
type Told = (
  reference: string | undefined,
  type: string,
  lines: readonly string[],
  again?: RegExp,
) => readonly string[];

function createTold(): Told {
  const known = new Map<string, ReadonlySet<string>>();
  return (reference, type, lines, again) => {
    const before = known.get(reference ?? type) ?? (reference === undefined ? undefined : known.get(type));
    known.delete(type);
    known.set(reference ?? type, new Set([...(before ?? []), ...lines]));
    return reference === undefined ? lines : lines.filter(line => !before?.has(line) || again?.test(line));
  };
}

/** What matters of a resource, a line each; of one told before what is new. */
function linesOf(resource: Resource, told: Told, again?: RegExp): string[] {
  if (resource.resourceType === 'Parameters') return parameterLines(resource, told);
  if (resource.resourceType === 'Bundle') return bundleLines(resource, told);
  const { resourceType, id, meta: _meta, text: _text, ...elements } = resource;
  const title = id === undefined ? resourceType : `${resourceType}/${id}`;
  const lines = Object.entries(elements).map(([name, value]) => `  ${name}: ${short(value)}`);
  return [title, ...told(id === undefined ? undefined : title, resourceType, lines, again)];
}

function parameterLines(resource: Resource, told: Told): string[] {
  return ((resource['parameter'] ?? []) as JsonObject[]).flatMap(one => {
    const { name, type, value } = parameterValue(one);
    return type === 'Resource' ? linesOf(value as Resource, told) : [`${name}: ${short(value)}`];
  });
}

function bundleLines(bundle: Resource, told: Told): string[] {
  const entries = (bundle['entry'] ?? []) as { resource: Resource }[];
  return [
    `${entries.length} of ${String(bundle['total'] ?? '?')}`,
    ...entries.flatMap(({ resource }) => linesOf(resource, told, READ)),
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
