/** Reads files of resources one by one: NDJSON by lines, Bundles by entries; both may be compressed with gzip. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { bundleResources } from '../../writing/bulk.js';
import { Fault } from '../../fhir/fault.js';
import { decodeUtf8, parseJson } from '../../fhir/json.js';
import type { Resource } from '../../fhir/resource.js';
import { lines } from '../../formats/ndjson.js';

export interface Item {
  /** From 1: the line of an NDJSON file, or the entry of a Bundle. */
  place: number;
  /** The resource, or why it cannot be read. */
  resource: Resource | Fault;
}

export interface Source {
  /** What a place in it is called. */
  unit: 'line' | 'entry';
  items(): AsyncIterable<Item>;
}

const LINES = /\.(ndjson|jsonl)(\.gz)?$/i;
/** Characters. */
const MAX_LINE = 256 * 1024 * 1024;
const COMPRESSED = /\.gz$/i;

/** @param maxDepth most levels of nesting */
export function openSource(file: string, maxDepth: number): Source {
  return LINES.test(file)
    ? { unit: 'line', items: () => fromLines(file, maxDepth) }
    : { unit: 'entry', items: () => fromBundle(file, maxDepth) };
}

async function* fromLines(file: string, maxDepth: number): AsyncGenerator<Item> {
  const bytes = createReadStream(file);
  const plain: AsyncIterable<Uint8Array> = COMPRESSED.test(file) ? inflated(bytes) : bytes;
  let place = 0;
  for await (const line of lines(plain, MAX_LINE)) {
    place++;
    if (line !== '') yield { place, resource: parsed(line, maxDepth) };
  }
}

/** An error of the file ends the stream that is read. */
const inflated = (bytes: Readable): Readable => pipeline(bytes, createGunzip(), () => undefined);

/** A Bundle of any type, an array of resources, or one resource. */
async function* fromBundle(file: string, maxDepth: number): AsyncGenerator<Item> {
  const bytes = await readFile(file);
  const content = parseJson(decodeUtf8(COMPRESSED.test(file) ? await promisify(gunzip)(bytes) : bytes), maxDepth);
  const all = Array.isArray(content) ? content : content === null ? [] : resourcesIn(content as Resource);
  for (const [i, one] of all.entries()) yield { place: i + 1, resource: asResource(one) };
}

const resourcesIn = (content: Resource): Resource[] =>
  content.resourceType === 'Bundle' ? bundleResources(content) : [content];

function parsed(text: string, maxDepth: number): Resource | Fault {
  try {
    return asResource(parseJson(text, maxDepth));
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function asResource(value: unknown): Resource | Fault {
  const type = typeof value === 'object' && value !== null && (value as Partial<Resource>).resourceType;
  return typeof type === 'string' ? (value as Resource) : new Fault('invalid', 'This is not a resource.');
}
