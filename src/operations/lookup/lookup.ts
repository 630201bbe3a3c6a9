/** CodeSystem/$lookup. https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
import type { CodeSystem } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { typed } from '../../fhir/resource.js';
import type { Operation, HandlerParts } from '../../service.js';
import { findConcept, knownTerminology, type Concept } from '../../conformance/known-terminology.js';
import { namesIn } from '../../conformance/concepts.js';
import { refusePast } from '../../conformance/unfollowed.js';
import { ofVersion } from '../../conformance/value-set.js';
import type { CodeSystemLookupInput, CodeSystemLookupOutput } from '../types.js';
import { defined } from '../../fhir/defined.js';

export type LookupParts = Pick<HandlerParts, 'definitions' | 'clock'>;

export const createLookup = ({
  definitions,
  clock,
}: LookupParts): Operation<CodeSystemLookupInput, CodeSystemLookupOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup',
  readOnly: true,
  async handler(input, context) {
    refusePast(input.date, clock.now());
    const { system, code, version: wanted } = codingOf(input);
    const terminology = await knownTerminology(definitions, context, system);
    const codeSystem = ofVersion(terminology.codeSystem(system), system, wanted);
    if (!codeSystem) throw new Fault('not-found', 'This server does not know that code system.');
    const concept = findConcept(codeSystem, code);
    if (!concept) throw new Fault('not-found', 'The code system has no such code here.');
    const { name, title, version } = typed<CodeSystem>(codeSystem);
    return {
      output: {
        name: name ?? title ?? system,
        ...defined({ version }),
        display: translated(concept, input.displayLanguage) ?? concept.display ?? code,
        designation: designations(concept),
        property: properties(concept, input.property),
      },
    };
  },
});

const translated = ({ designation = [] }: Concept, language: string | undefined): string | undefined =>
  language === undefined ? undefined : namesIn(language, designation)[0];

function codingOf({ coding, ...beside }: CodeSystemLookupInput): { system: string; code: string; version?: string } {
  const { system, code, version } = coding ?? beside;
  if (system !== undefined && code !== undefined) return { system, code, ...defined({ version }) };
  throw new Fault('invalid', 'Send a system and a code, or a coding.', { code: 'required' });
}

const designations = ({ designation = [] }: Concept): NonNullable<CodeSystemLookupOutput['designation']> =>
  designation.map(({ language, use, value }) => ({ ...defined({ language, use }), value }));

/** `definition` counts as a property; what has no value is left out. */
function properties(
  concept: Concept,
  asked: readonly string[] | undefined,
): NonNullable<CodeSystemLookupOutput['property']> {
  const { definition, property = [] } = concept;
  const own = definition === undefined ? property : [{ code: 'definition', valueString: definition }, ...property];
  return own
    .filter(({ code }) => asked === undefined || asked.includes(code))
    .flatMap(one =>
      Object.entries(one)
        .filter(isValue)
        .map(([name, value]) => ({ code: one.code, value: { [name]: value } })),
    );
}

const isValue = ([name]: [string, unknown]): boolean => name.startsWith('value');
