/** CodeSystem/$lookup. https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
import { Fault } from '../../fhir/fault.js';
import type { JsonObject } from '../../fhir/resource.js';
import type { Operation, Values } from '../../service.js';
import { findConcept, knownTerminology, type Concept } from '../../conformance/known-terminology.js';
import { ofVersion } from '../../conformance/value-set.js';
import { defined } from '../../fhir/defined.js';

export const lookup: Operation = {
  definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup',
  readOnly: true,
  async handler(input, context) {
    const { system, code, version: wanted } = codingOf(input);
    const codeSystem = ofVersion((await knownTerminology(context, system)).codeSystem(system), system, wanted);
    if (!codeSystem) throw new Fault('not-found', 'This server does not know that code system.');
    const concept = findConcept(codeSystem, code);
    if (!concept) throw new Fault('not-found', 'The code system has no such code here.');
    const version = codeSystem['version'];
    return {
      output: {
        name: codeSystem['name'] ?? codeSystem['title'] ?? system,
        ...defined({ version }),
        display: concept.display ?? code,
        ...some('designation', designations(concept)),
        ...some('property', properties(concept, input['property'] as string[] | undefined)),
      },
    };
  },
};

interface Coding {
  system: string;
  code: string;
  version?: string;
}

function codingOf({ system, code, version, coding }: Values): Coding {
  const given = (coding ?? { system, code, version }) as Partial<Coding>;
  if (given.system !== undefined && given.code !== undefined) return given as Coding;
  throw new Fault('invalid', 'Send a system and a code, or a coding.', { code: 'required' });
}

const some = (name: string, list: Values[]): Values => (list.length === 0 ? {} : { [name]: list });

function designations({ designation = [] }: Concept): Values[] {
  return designation.map(({ language, use, value }) => ({ ...defined({ language, use }), value }));
}

/** `definition` counts as a property; what has no value is left out. */
function properties(concept: Concept, asked: readonly string[] | undefined): Values[] {
  const own: JsonObject[] = [
    ...(concept.definition === undefined ? [] : [{ code: 'definition', valueString: concept.definition }]),
    ...(concept.property ?? []),
  ];
  return own
    .filter(({ code }) => asked === undefined || asked.includes(String(code)))
    .map(property => ({ code: property['code'], value: valueOf(property) }))
    .filter(({ value }) => value !== undefined);
}

const valueOf = (property: JsonObject): unknown => {
  const name = Object.keys(property).find(key => key.startsWith('value'));
  return name === undefined ? undefined : { [name]: property[name] };
};
