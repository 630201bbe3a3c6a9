/** Resource → XML, elements in the order of the specification. https://hl7.org/fhir/R4/xml.html */
import type { Definitions } from '../definitions/definitions.js';
import type { Decimal, Json, JsonObject, Resource } from '../fhir/resource.js';
import { entities } from '../fhir/entities.table.js';
import { layoutsOf, type Field, type XmlLayout, type XmlLayouts } from './xml-layout.js';
import { defined } from '../fhir/defined.js';

/** The XML text of a resource; `pretty` indents it, narratives excepted. Elements the definitions lack are left out. */
export const toXml = (resource: Resource, definitions: Definitions, pretty = false): string =>
  [...xmlParts(resource, definitions, pretty)].join('');

/** The same in parts that take about a millisecond each. */
export function* xmlParts(resource: Resource, definitions: Definitions, pretty = false): Generator<string> {
  const writer: Writer = { layouts: layoutsOf(definitions), out: ['<?xml version="1.0" encoding="UTF-8"?>'], pretty };
  const name = resource.resourceType;
  const layout = writer.layouts.of(name);
  const root = { name, attributes: ' xmlns="http://hl7.org/fhir"', layout: layout!, object: resource };
  for (const _ of layout ? writeOuter(writer, root, 0) : []) {
    if (writer.out.length > PART) yield writer.out.splice(0).join('');
  }
  if (pretty) writer.out.push('\n');
  yield writer.out.join('');
}

/** Pieces of text in one part. */
const PART = 2000;

/** Elements so deep are written one after the other, those below them at once: entries of a Bundle, types of a statement. */
const OUTER = 3;

/** Writes an element, and stops behind each one in it. */
function* writeOuter(writer: Writer, element: Complex, depth: number): Generator<undefined> {
  if (depth >= OUTER || !hasContent(element)) {
    writeComplex(writer, element, depth);
    return;
  }
  const { name, attributes, layout, object } = element;
  breakLine(writer, depth);
  writer.out.push(`<${name}${attributes}${attributesOf(layout, object)}>`);
  for (const field of layout.fields) {
    const value = object[field.name];
    if (field.kind !== 'complex' || value === undefined) writeField(writer, field, object, depth + 1);
    else
      for (const item of listOf(value)) {
        const inner = { name: field.name, attributes: '', layout: field.layout(), object: item as JsonObject };
        yield* writeOuter(writer, inner, depth + 1);
        yield;
      }
  }
  breakLine(writer, depth);
  writer.out.push(`</${name}>`);
}

const hasContent = ({ layout, object }: Complex): boolean =>
  layout.fields.some(
    ({ kind, name }) => kind !== 'attribute' && (object[name] !== undefined || object[`_${name}`] !== undefined),
  );

interface Writer {
  layouts: XmlLayouts;
  out: string[];
  pretty: boolean;
}

function breakLine({ out, pretty }: Writer, depth: number): void {
  if (pretty) out.push(`\n${'  '.repeat(depth)}`);
}

function writeResource(writer: Writer, resource: JsonObject, depth: number, namespace = ''): void {
  const name = String(resource['resourceType']);
  const layout = writer.layouts.of(name);
  if (layout) writeComplex(writer, { name, attributes: namespace, layout, object: resource }, depth);
}

interface Complex {
  name: string;
  attributes: string;
  layout: XmlLayout;
  object: JsonObject;
}

function writeComplex(writer: Writer, { name, attributes, layout, object }: Complex, depth: number): void {
  breakLine(writer, depth);
  const start = writer.out.push(`<${name}${attributes}${attributesOf(layout, object)}>`);
  for (const field of layout.fields) writeField(writer, field, object, depth + 1);
  if (writer.out.length === start) {
    writer.out[start - 1] = `<${name}${attributes}${attributesOf(layout, object)}/>`;
    return;
  }
  breakLine(writer, depth);
  writer.out.push(`</${name}>`);
}

function attributesOf(layout: XmlLayout, object: JsonObject): string {
  let text = '';
  for (const { kind, name } of layout.fields) {
    if (kind === 'attribute' && object[name] !== undefined) text += attribute(name, object[name]);
  }
  return text;
}

function writeField(writer: Writer, field: Field, object: JsonObject, depth: number): void {
  const { name, kind } = field;
  const value = object[name];
  if (kind === 'primitive') return writePrimitives(writer, field, value, object[`_${name}`], depth);
  if (value === undefined || kind === 'attribute') return;
  for (const item of listOf(value)) {
    if (kind === 'xhtml') {
      breakLine(writer, depth);
      writer.out.push(withoutEntities(String(item)));
    } else if (kind === 'resource') {
      writeHolder(writer, name, item as JsonObject, depth);
    } else {
      writeComplex(writer, { name, attributes: '', layout: field.layout(), object: item as JsonObject }, depth);
    }
  }
}

function writeHolder(writer: Writer, name: string, resource: JsonObject, depth: number): void {
  breakLine(writer, depth);
  writer.out.push(`<${name}>`);
  writeResource(writer, resource, depth + 1);
  breakLine(writer, depth);
  writer.out.push(`</${name}>`);
}

/** Values and what is beside them (`_given`) run in parallel; either may be missing. */
function writePrimitives(
  writer: Writer,
  field: Field,
  value: Json | undefined,
  beside: Json | undefined,
  depth: number,
): void {
  if (value === undefined && beside === undefined) return;
  const values = listOf(value);
  const besides = listOf(beside);
  for (let index = 0; index < Math.max(values.length, besides.length); index++) {
    const given = values[index] ?? undefined;
    const attributes = given === undefined ? '' : attribute('value', given);
    const object = (besides[index] ?? {}) as JsonObject;
    writePrimitive(writer, { name: field.name, attributes, layout: field.layout(), object }, depth);
  }
}

/** The definition of a primitive has a `value` of its own, which is written already. */
function writePrimitive(writer: Writer, { name, attributes, layout, object }: Complex, depth: number): void {
  const { id, extension } = object;
  writeComplex(
    writer,
    {
      name,
      attributes,
      layout,
      object: defined({ id, extension }),
    },
    depth,
  );
}

/** Narrative in JSON may name characters as HTML does; XML knows five of these names. Others are no more than text. */
const withoutEntities = (div: string): string =>
  div.replace(/&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z]\w{1,31});/g, (_all, name: string) => {
    const code = entities.get(name);
    return code === undefined ? `&amp;${name};` : `&#${code};`;
  });

const listOf = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Quoted and escaped; line ends and tabs as references, since XML would read them as spaces. */
function attribute(name: string, value: Json): string {
  const text = typeof value === 'object' && value !== null ? (value as Decimal).rawJSON : String(value);
  return ` ${name}="${needsEscape.test(text) ? escape(text) : text}"`;
}

const needsEscape = /[^\x20-\x21\x23-\x25\x27-\x3b\x3d\x3f-\ud7ff]/;

function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"\t\n\r]/g, char => references[char] ?? char)
    .replace(/[^\x20-\ufffd]/g, '\ufffd');
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
