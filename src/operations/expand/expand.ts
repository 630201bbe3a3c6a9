/** ValueSet/$expand with filter and paging. https://hl7.org/fhir/R4/valueset-operation-expand.html */
import { expand as expansionOf, type TerminologySource } from '../../definitions/expand.js';
import { Fault } from '../../fhir/fault.js';
import { instant } from '../../fhir/instant.js';
import { typed, type JsonObject, type Resource } from '../../fhir/resource.js';
import type { Operation, HandlerParts } from '../../service.js';
import { findConcept, knownTerminology } from '../../conformance/known-terminology.js';
import { ofVersion, valueSetOf } from '../../conformance/value-set.js';
import type { ValueSetExpandInput, ValueSetExpandOutput } from '../types.js';
import { defined } from '../../fhir/defined.js';

/** Codes on a page at most, and without `count`. */
const MAX_CODES = 1000;

export type ExpandParts = Pick<HandlerParts, 'definitions' | 'clock' | 'ids'>;

export const createExpand = (parts: ExpandParts): Operation<ValueSetExpandInput, ValueSetExpandOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand',
  readOnly: true,
  async handler(input, context) {
    const { definitions } = parts;
    const named = await valueSetOf(definitions, input, context);
    const terminology = await knownTerminology(definitions, context, named);
    const found = typeof named === 'string' ? terminology.valueSet(named) : named;
    const valueSet = ofVersion(found, named, input.valueSetVersion);
    if (!valueSet) throw new Fault('not-found', 'This server does not know that value set.');
    const contains = codesOf(valueSet, terminology, input.filter);
    return { output: { return: typed(expanded(valueSet, contains, input, parts)) } };
  },
});

interface Contained extends JsonObject {
  system: string;
  code: string;
  display?: string;
}

function codesOf(valueSet: Resource, terminology: TerminologySource, filter: string | undefined): Contained[] {
  const expansion = expansionOf(valueSet, terminology);
  if (!expansion || expansion.open.size > 0) {
    const systems = [...(expansion?.open ?? [])].join(', ');
    throw new Fault('unprocessable', `The value set holds codes this server cannot list: ${systems}.`, {
      code: 'not-supported',
    });
  }
  const all = [...expansion.codes].map(text => contained(text, valueSet, terminology));
  const wanted = filter?.toLowerCase();
  if (wanted === undefined) return all;
  return all.filter(({ code, display = '' }) => `${code}\n${display}`.toLowerCase().includes(wanted));
}

function contained(text: string, valueSet: Resource, terminology: TerminologySource): Contained {
  const at = text.lastIndexOf('|');
  const [system, code] = [text.slice(0, at), text.slice(at + 1)];
  const codeSystem = terminology.codeSystem(system);
  const display = listedDisplay(valueSet, system, code) ?? (codeSystem && findConcept(codeSystem, code)?.display);
  return { system, code, ...defined({ display }) };
}

/** The display in the value set, which goes before that of the code system. */
function listedDisplay(valueSet: Resource, system: string, code: string): string | undefined {
  const includes = (valueSet['compose'] as { include?: JsonObject[] } | undefined)?.include ?? [];
  const listed = includes
    .filter(include => include['system'] === system)
    .flatMap(include => (include['concept'] ?? []) as Contained[]);
  return listed.find(concept => concept.code === code)?.display;
}

function expanded(
  valueSet: Resource,
  contains: Contained[],
  { offset = 0, count = MAX_CODES, includeDefinition = false }: ValueSetExpandInput,
  { clock, ids }: ExpandParts,
): Resource {
  if (offset < 0) throw negative('offset');
  if (count < 0) throw negative('count');
  const page = contains.slice(offset, offset + Math.min(count, MAX_CODES));
  const { compose: _compose, text: _text, ...head } = valueSet;
  return {
    ...head,
    resourceType: 'ValueSet',
    ...(includeDefinition ? { compose: valueSet['compose'] } : {}),
    expansion: {
      identifier: `urn:uuid:${ids.next()}`,
      timestamp: instant(clock.now()),
      total: contains.length,
      ...(offset > 0 || page.length < contains.length ? { offset } : {}),
      ...(page.length === 0 ? {} : { contains: page }),
    },
  };
}

const negative = (name: string): Fault =>
  new Fault('invalid', `${name} must be 0 or more.`, {
    code: 'value',
    expression: `Parameters.parameter.where(name='${name}')`,
  });
