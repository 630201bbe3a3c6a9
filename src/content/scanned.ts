/** Content in front of the scanner, before it is stored: what is infected is refused, what nobody could scan is held. */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import { isObject, type Json, type Resource } from '../fhir/resource.js';
import { decodedLater, digestOf } from './base64.js';
import type { Scanned, VirusScan } from './virus-scan.js';

export interface ScanParts {
  /** Absent: there is no scanner, and nothing is held or refused. */
  readonly scan?: VirusScan;
}

/** Whether the content is to be held. Fault `unprocessable` for what is infected. */
export async function isToBeHeld({ scan }: ScanParts, content: Scanned, expression: string): Promise<boolean> {
  if (!scan) return false;
  const verdict = await scan(content);
  if (verdict.is === 'infected') throw new Infected(expression, verdict.virus);
  return verdict.is === 'unknown';
}

/** The name of the virus is for the audit. */
export class Infected extends Fault {
  readonly virus: string;

  constructor(expression: string, virus: string) {
    super('unprocessable', 'The content holds a virus. Nothing has been stored.', { expression, because: 'infected' });
    this.virus = virus;
  }
}

/**
 * Scans the content within a resource that is no Binary, but for what the text of the version before holds. It cannot be held:
 * Fault `unavailable` where it cannot be scanned, `unprocessable` where it is infected.
 */
export async function scanWithin(parts: ScanParts, resource: Resource, before: string | undefined): Promise<void> {
  if (!parts.scan) return;
  const contents = [...contentsIn(resource, resource.resourceType)];
  if (contents.length === 0) return;
  const known = new Set([...contentsIn(before ? parseStored<Resource>(before) : null, '')].map(({ data }) => data));
  for (const { data, path } of contents.filter(one => !known.has(one.data))) {
    const scanned = { ...digestOf(data), bytes: () => decodedLater(data) };
    if (await isToBeHeld(parts, scanned, path)) throw unscanned(path);
  }
}

const unscanned = (expression: string): Fault =>
  new Fault('unavailable', 'The content cannot be scanned for viruses now. Sent as a Binary, it would be held.', {
    expression,
    because: 'held',
    headers: { 'retry-after': '30' },
  });

interface Content {
  data: string;
  /** FHIRPath. */
  path: string;
}

/** Every base64Binary with content: `data` of Attachments, contained Binaries and Signatures, and values of extensions. */
function* contentsIn(value: Json | undefined, path: string): Generator<Content> {
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) yield* contentsIn(one, `${path}[${at}]`);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, child] of Object.entries(value)) {
    if (typeof child !== 'string') yield* contentsIn(child, `${path}.${name}`);
    else if (child !== '' && isContent(name, value)) yield { data: child, path: `${path}.${name}` };
  }
}

/** The `data` of SampledData (which has an origin) is numbers. https://hl7.org/fhir/R4/datatypes.html#SampledData */
const isContent = (name: string, parent: object): boolean =>
  name === 'data' ? !('origin' in parent) : name.endsWith('Base64Binary');
