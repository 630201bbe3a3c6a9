/** The text of an answer in the format asked for; large ones are written in slices. */
import { parseJsonInSlices, parseStored } from '../fhir/json.js';
import type { Json, Resource } from '../fhir/resource.js';
import type { ResponseBody } from '../fhir/response.js';
import { UNLIMITED } from '../fhir/size.js';
import type { Shape } from '../formats/media-type.js';
import { createBreather } from '../runtime/breather.js';

export type TextBody = Exclude<ResponseBody, { kind: 'bytes' | 'stream' }>;

/** A resource as XML text, in parts. */
export type WriteXml = (resource: Resource, pretty: boolean) => Iterable<string>;

/** Characters that are read and written in one turn of the event loop. */
const SMALL = 128 * 1024;

/** Parts that are joined at once: to join all in the end would take long. */
const JOINED = 16;

/** A promise where the text is large and is not sent as it is. */
export function textOf(body: TextBody, shape: Shape, writeXml: WriteXml): string | Promise<string> {
  if (shape.format === 'json' && !shape.pretty) return body.kind === 'json' ? body.text : JSON.stringify(body.resource);
  const large = body.kind === 'json' ? body.text.length > SMALL : body.resource.resourceType === 'Bundle';
  if (large) return inSlices(body, shape, writeXml);
  const resource = body.kind === 'json' ? parseStored<Resource>(body.text) : body.resource;
  return [...partsOf(resource, shape, writeXml)].join('');
}

async function inSlices(body: TextBody, shape: Shape, writeXml: WriteXml): Promise<string> {
  const breathe = createBreather();
  const parse = async (text: string) =>
    (await parseJsonInSlices(text, { ...UNLIMITED, maxDepth: Infinity }, breathe)) as Resource;
  const resource = body.kind === 'json' ? await parse(body.text) : body.resource;
  const whole: string[] = [];
  let parts: string[] = [];
  for (const part of partsOf(resource, shape, writeXml)) {
    if (parts.push(part) >= JOINED) {
      whole.push(parts.join(''));
      parts = [];
    }
    await breathe();
  }
  const text = [...whole, ...parts].join('');
  await breathe();
  return text;
}

const partsOf = (resource: Resource, { format, pretty }: Shape, writeXml: WriteXml): Iterable<string> =>
  format === 'xml' ? writeXml(resource, pretty) : prettyParts(resource);

/** JSON indented by two: each item of a list of the outermost object is a part. */
function* prettyParts(resource: Resource): Generator<string> {
  let before = '{\n  ';
  for (const [name, value] of Object.entries(resource)) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(name)}: `;
    before = ',\n  ';
    if (Array.isArray(value) && value.length > 0) yield* listParts(value);
    else yield indented(value, '  ');
  }
  yield before === '{\n  ' ? '{}\n' : '\n}\n';
}

function* listParts(list: readonly Json[]): Generator<string> {
  for (const [at, item] of list.entries()) yield `${at === 0 ? '[' : ','}\n    ${indented(item, '    ')}`;
  yield '\n  ]';
}

/** Strings of JSON hold no line ends. */
const indented = (value: Json, margin: string): string =>
  JSON.stringify(value, null, 2).replaceAll('\n', `\n${margin}`);
