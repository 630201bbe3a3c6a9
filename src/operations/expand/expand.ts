/** ValueSet/$expand with filter and paging. https://hl7.org/fhir/R4/valueset-operation-expand.html */
import { expand as expansionOf, type TerminologySource } from '../../definitions/expand.js';
import { Fault } from '../../fhir/fault.js';
import { instant } from '../../fhir/instant.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import type { Context, Operation } from '../../service.js';
import { findConcept, knownTerminology } from '../../conformance/known-terminology.js';
import { ofVersion, valueSetOf } from '../../conformance/value-set.js';
import { defined } from '../../fhir/defined.js';

/** Codes on a page where the caller does not say, and at most. */
const MAX_CODES = 1000;

export const expand: Operation = {
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand',
  readOnly: true,
  async handler(input, context) {
    const named = await valueSetOf(input, context);
    const terminology = await knownTerminology(context, named);
    const found = typeof named === 'string' ? terminology.valueSet(named) : named;
    const valueSet = ofVersion(found, named, input['valueSetVersion']);
    if (!valueSet) throw new Fault('not-found', 'This server does not know that value set.');
    const contains = codesOf(valueSet, terminology, input['filter'] as string | undefined);
    return { output: { return: expanded(valueSet, contains, input, context) } };
  },
};

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

/** The value set's own wording goes before the code system's. */
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
  input: Record<string, unknown>,
  { services }: Context,
): Resource {
  const offset = wholeNumber(input['offset'], 'offset') ?? 0;
  const count = Math.min(wholeNumber(input['count'], 'count') ?? MAX_CODES, MAX_CODES);
  const page = contains.slice(offset, offset + count);
  const { compose: _compose, text: _text, ...head } = valueSet;
  return {
    ...head,
    resourceType: 'ValueSet',
    ...(input['includeDefinition'] === true ? { compose: valueSet['compose'] } : {}),
    expansion: {
      identifier: `urn:uuid:${services.ids.next()}`,
      timestamp: instant(services.clock.now()),
      total: contains.length,
      ...(offset > 0 || count < contains.length ? { offset } : {}),
      ...(page.length === 0 ? {} : { contains: page }),
    },
  };
}

function wholeNumber(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new Fault('invalid', `${name} must be a whole number, 0 or more.`, { code: 'value' });
}
