/**
 * XML → resource. Document types and entities are refused; what the definitions lack is an error.
 * https://hl7.org/fhir/R4/xml.html
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { Definitions } from '../definitions/definitions.js';
import { Fault } from '../fhir/fault.js';
import type { ParseLimits } from '../fhir/json.js';
import { Size, UNLIMITED, type SizeLimits } from '../fhir/size.js';
import type { Json, JsonObject, Resource } from '../fhir/resource.js';
import { layoutsOf, type Field, type XmlLayout, type XmlLayouts } from './xml-layout.js';
import { primitiveValue } from './primitive.js';
import { defined } from '../fhir/defined.js';

const FHIR = 'http://hl7.org/fhir';
const XHTML = 'http://www.w3.org/1999/xhtml';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const XML = 'http://www.w3.org/XML/1998/namespace';

/** Attributes about the document, not its content: namespaces, schema locations, and `xml:space`. */
const isAside = ({ local, uri }: { local: string; uri: string }): boolean =>
  uri === XSI || uri === XMLNS || local === 'xmlns' || (uri === XML && local === 'space');

/** Faults: `invalid` (not XML, unknown element, wrong value), `too-costly` code `too-long` (nested deeper than `maxDepth`), `too-large`. */
export function fromXml(text: string, definitions: Definitions, limits: XmlLimits): Resource {
  const reader = new Reader(text, layoutsOf(definitions), limits);
  reader.write(text);
  return reader.end();
}

/** The same in slices: `breathe` is awaited between them, and lets others run. */
export async function fromXmlInSlices(
  text: string,
  definitions: Definitions,
  limits: XmlLimits,
  breathe: () => Promise<void>,
): Promise<Resource> {
  const reader = new Reader(text, layoutsOf(definitions), limits);
  for (let at = 0; at < text.length; at += SLICE) {
    reader.write(text.slice(at, at + SLICE));
    await breathe();
  }
  return reader.end();
}

/** Those of JSON. */
type XmlLimits = Pick<ParseLimits, 'maxDepth' | 'perEntry'> & Partial<SizeLimits>;

/** Characters of one slice. */
const SLICE = 32 * 1024;

/** Attributes of one element; FHIR has four of its own, narratives some more. */
const MAX_ATTRIBUTES = 100;

/** An element that is open. */
interface Frame {
  /** FHIRPath. */
  path: string;
  /** Undefined in the element that holds a resource. */
  layout: XmlLayout | undefined;
  object: JsonObject;
  field: Field | undefined;
  parent: Frame | undefined;
}

class Reader {
  readonly #text: string;
  readonly #layouts: XmlLayouts;
  readonly #limits: XmlLimits;
  readonly #size: Size;
  readonly #parser = new SaxesParser({ xmlns: true });
  #top: Frame | undefined;
  #root: JsonObject | undefined;
  #depth = 0;
  /** Of the element that is being read. */
  #attributes = 0;
  /** Depth of the narrative's outermost element while inside it, and where its text begins. */
  #narrative: { depth: number; start: number; prefix: string } | undefined;

  constructor(text: string, layouts: XmlLayouts, limits: XmlLimits) {
    this.#text = text;
    this.#layouts = layouts;
    this.#limits = limits;
    this.#size = new Size({ ...UNLIMITED, ...limits });
    this.#listen();
  }

  write(part: string): void {
    this.#parser.write(part);
  }

  end(): Resource {
    this.#parser.close();
    if (!this.#root) throw new Fault('invalid', 'The body holds no resource.', { code: 'structure' });
    return this.#root as Resource;
  }

  #listen(): void {
    const parser = this.#parser;
    parser.on('error', error => {
      throw new Fault('invalid', 'The body is not well-formed XML.', { code: 'structure', cause: error });
    });
    parser.on('doctype', () => {
      throw new Fault('invalid', 'Document type declarations are refused.', { code: 'structure' });
    });
    parser.on('opentagstart', () => {
      this.#attributes = 0;
    });
    parser.on('attribute', () => {
      if (++this.#attributes > MAX_ATTRIBUTES) throw invalid('An element has too many attributes.', this.#top?.path);
    });
    parser.on('opentag', tag => this.#open(tag));
    parser.on('closetag', () => this.#close());
    parser.on('text', text => this.#characters(text));
    parser.on('cdata', text => this.#characters(text));
  }

  #open(tag: SaxesTagNS): void {
    this.#depth++;
    const { maxDepth, perEntry = false } = this.#limits;
    if (this.#depth > maxDepth) {
      throw new Fault('too-costly', `The body is nested deeper than ${maxDepth} levels.`, { code: 'too-long' });
    }
    if (this.#narrative) return;
    if (perEntry && this.#depth === 2 && tag.local === 'entry') this.#size.restart();
    this.#size.addElement();
    const top = this.#top;
    if (tag.uri === XHTML && top?.layout) this.#openNarrative(tag, top);
    else if (tag.uri !== FHIR) throw invalid('Elements are in the namespace http://hl7.org/fhir.', top?.path);
    else if (!top?.layout) this.#openResource(tag, top);
    else this.#openElement(tag, top, top.layout);
  }

  #openResource(tag: SaxesTagNS, parent: Frame | undefined): void {
    const layout = /^[A-Z]/.test(tag.local) ? this.#layouts.of(tag.local) : undefined;
    if (!layout?.byName.has('implicitRules'))
      throw invalid('The element is not named after a resource type.', parent?.path);
    const object: JsonObject = { resourceType: tag.local };
    if (parent) {
      if (parent.object['resourceType'] !== undefined) throw invalid('Only one resource fits here.', parent.path);
      Object.assign(parent.object, object);
    }
    refuseAttributes(tag, layout, parent?.path ?? tag.local);
    this.#root ??= object;
    this.#top = { path: parent?.path ?? tag.local, layout, object: parent?.object ?? object, field: undefined, parent };
  }

  #openElement(tag: SaxesTagNS, parent: Frame, layout: XmlLayout): void {
    const field = layout.byName.get(tag.local);
    const path = `${parent.path}.${tag.local}`;
    if (!field || field.kind === 'attribute' || field.kind === 'xhtml') throw invalid('Unknown element.', path);
    const object: JsonObject = {};
    const inner = field.kind === 'resource' ? undefined : field.layout();
    this.#top = { path: indexed(path, parent.object, field), layout: inner, object, field, parent };
    for (const attribute of Object.values(tag.attributes)) {
      if (isAside(attribute)) continue;
      const { local, value } = attribute;
      // In JSON a value is not an element besides its own.
      if (local !== 'value') this.#size.addElement();
      this.#size.addText(value.length, tag.local);
      const own = inner?.byName.get(local);
      if (own?.kind !== 'attribute') throw invalid(`Unknown attribute ${local}.`, path);
      object[local] = local === 'value' ? primitiveValue(value, field.type, path) : value;
    }
  }

  #openNarrative(tag: SaxesTagNS, top: Frame): void {
    if (top.layout?.byName.get(tag.local)?.kind !== 'xhtml')
      throw invalid('Unknown element.', `${top.path}.${tag.local}`);
    const start = this.#text.lastIndexOf('<', this.#parser.position - 1);
    this.#narrative = { depth: this.#depth, start, prefix: tag.prefix };
  }

  #close(): void {
    const narrative = this.#narrative;
    if (narrative?.depth === this.#depth && this.#top) {
      const text = this.#text.slice(narrative.start, this.#parser.position);
      this.#size.addText(text.length, 'div');
      this.#top.object['div'] = plainXhtml(text, narrative.prefix);
      this.#narrative = undefined;
    } else if (!narrative && this.#top) {
      const { field, object, parent } = this.#top;
      if (field && parent) add(parent.object, field, object, this.#top.path);
      this.#top = parent;
    }
    this.#depth--;
  }

  #characters(text: string): void {
    if (!this.#narrative && text.trim() !== '')
      throw invalid('Text does not belong here; values are attributes.', this.#top?.path);
  }
}

function refuseAttributes(tag: SaxesTagNS, layout: XmlLayout, path: string): void {
  const unknown = Object.values(tag.attributes).find(one => !isAside(one) && !layout.byName.has(one.local));
  if (unknown) throw invalid(`Unknown attribute ${unknown.local}.`, path);
}

/** The path with the index of the element about to be added, where it repeats. */
function indexed(path: string, parent: JsonObject, field: Field): string {
  const before = parent[field.name] ?? parent[`_${field.name}`];
  return field.many ? `${path}[${Array.isArray(before) ? before.length : 0}]` : path;
}

function add(parent: JsonObject, field: Field, object: JsonObject, path: string): void {
  if (field.kind === 'primitive') return addPrimitive(parent, field, object, path);
  if (field.kind === 'resource' && object['resourceType'] === undefined) throw invalid('A resource is missing.', path);
  put(parent, field, field.name, object, path);
}

/** `value` goes to `given`, the rest to `_given`; where either repeats, gaps are null. */
function addPrimitive(parent: JsonObject, field: Field, object: JsonObject, path: string): void {
  const { value, ...beside } = object;
  const hasBeside = Object.keys(beside).length > 0;
  if (value === undefined && !hasBeside) throw invalid('An element must have a value or children.', path);
  if (!field.many) {
    if (value !== undefined) put(parent, field, field.name, value, path);
    if (hasBeside) put(parent, field, `_${field.name}`, beside, path);
    return;
  }
  const values = parent[field.name] as Json[] | undefined;
  const besides = parent[`_${field.name}`] as Json[] | undefined;
  const index = Math.max(values?.length ?? 0, besides?.length ?? 0);
  if (value !== undefined || values) parent[field.name] = extended(values, index, value);
  if (hasBeside || besides) parent[`_${field.name}`] = extended(besides, index, hasBeside ? beside : null);
}

function extended(list: Json[] = [], index: number, item: Json = null): Json[] {
  while (list.length < index) list.push(null);
  list.push(item);
  return list;
}

function put(parent: JsonObject, field: Field, name: string, value: Json, path: string): void {
  const before = parent[name];
  if (!field.many) {
    if (before !== undefined) throw invalid('The element may be given once.', path);
    parent[name] = value;
  } else if (Array.isArray(before)) {
    before.push(value);
  } else {
    parent[name] = [value];
  }
}

/** XHTML whose elements need no prefix and whose outermost one names its namespace, as in JSON. */
function plainXhtml(text: string, prefix: string): string {
  const plain =
    prefix === '' ? text : text.replace(new RegExp(`(</?)${prefix}:`, 'g'), '$1').replace(`xmlns:${prefix}=`, 'xmlns=');
  return /^<div[^>]*\sxmlns=/.test(plain) ? plain : plain.replace(/^<div/, `<div xmlns="${XHTML}"`);
}

const invalid = (message: string, expression?: string): Fault =>
  new Fault('invalid', message, { code: 'structure', ...defined({ expression }) });
