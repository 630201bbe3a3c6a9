/** ValueSet/$expand with filter and paging. https://hl7.org/fhir/R4/valueset-operation-expand.html */
import type { TerminologySource } from '../../definitions/expand.js';
import { Fault } from '../../fhir/fault.js';
import { parameterPath } from '../../fhir/parameters.js';
import { instant } from '../../fhir/instant.js';
import { typed, type Json, type JsonObject, type Resource } from '../../fhir/resource.js';
import type { Operation, HandlerParts } from '../../service.js';
import { knownTerminology } from '../../conformance/known-terminology.js';
import { refuseGiven, refuseOtherVersions, refusePast } from '../../conformance/unfollowed.js';
import { ofVersion, valueSetOf } from '../../conformance/value-set.js';
import type { ValueSetExpandInput, ValueSetExpandOutput } from '../types.js';
import { codesOf, type Contained } from './contains.js';

/** Codes on a page at most, and without `count`. */
const MAX_CODES = 1000;

export type ExpandParts = Pick<HandlerParts, 'definitions' | 'clock' | 'ids'>;

export const createExpand = (parts: ExpandParts): Operation<ValueSetExpandInput, ValueSetExpandOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand',
  readOnly: true,
  async handler(input, context) {
    const { definitions, clock } = parts;
    const { context: place, contextDirection } = input;
    refuseGiven({ context: place, contextDirection });
    refusePast(input.date, clock.now());
    const named = await valueSetOf(definitions, input, context);
    const terminology = await knownTerminology(definitions, context, named);
    const found = typeof named === 'string' ? terminology.valueSet(named) : named;
    const valueSet = ofVersion(found, named, input.valueSetVersion);
    if (!valueSet) throw new Fault('not-found', 'This server does not know that value set.');
    const contains = codesOf(valueSet, terminology, input);
    const used = usedSystems(contains, terminology);
    for (const name of VERSIONS) refuseOtherVersions(name, input[name], system => used.get(system));
    return { output: { return: typed(expanded(valueSet, contains, { input, used }, parts)) } };
  },
});

const VERSIONS = ['system-version', 'check-system-version', 'force-system-version'] as const;

/** The code systems of these codes with their versions, as far as they have any. */
const usedSystems = (contains: readonly Contained[], terminology: TerminologySource): ReadonlyMap<string, string> =>
  new Map(
    [...new Set(contains.map(({ system }) => system))].flatMap(system => {
      const version = terminology.codeSystem(system)?.['version'];
      return typeof version === 'string' ? [[system, version] as const] : [];
    }),
  );

/** Parameters by the form of their values in the expansion. https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion.parameter */
const echoed: Readonly<Record<string, readonly (keyof ValueSetExpandInput)[]>> = {
  valueString: ['filter', 'designation'],
  valueDateTime: ['date'],
  valueInteger: ['offset', 'count'],
  valueBoolean: [
    ...(['includeDesignations', 'includeDefinition', 'activeOnly', 'excludeNested', 'excludeNotForUI'] as const),
    'excludePostCoordinated',
  ],
  valueCode: ['displayLanguage'],
  valueUri: ['exclude-system', ...VERSIONS],
};

/** What made the expansion as it is: the caller's parameters, and the versions of the code systems. */
function parametersOf(input: ValueSetExpandInput, used: ReadonlyMap<string, string>): JsonObject[] {
  const given = Object.entries(echoed).flatMap(([value, names]) =>
    names.flatMap(name => [input[name] ?? []].flat().map(one => ({ name, [value]: one as Json }))),
  );
  return [...given, ...[...used].map(([system, version]) => ({ name: 'version', valueUri: `${system}|${version}` }))];
}

function expanded(
  valueSet: Resource,
  contains: Contained[],
  { input, used }: { input: ValueSetExpandInput; used: ReadonlyMap<string, string> },
  { clock, ids }: ExpandParts,
): Resource {
  const { offset = 0, count = MAX_CODES, includeDefinition = false } = input;
  const parameter = parametersOf(input, used);
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
      ...(parameter.length > 0 && { parameter }),
      ...(page.length === 0 ? {} : { contains: page }),
    },
  };
}

const negative = (name: string): Fault =>
  new Fault('invalid', `${name} must be 0 or more.`, {
    code: 'value',
    expression: parameterPath(name),
  });
