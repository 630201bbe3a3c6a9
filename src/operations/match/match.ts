/**
 * Patient/$match: the Patients that may be the person described, most likely first, of those that the caller sees.
 * https://hl7.org/fhir/R4/patient-operation-match.html
 */
import type { Bundle, BundleEntry, Patient } from 'fhir/r4.js';
import { shownText } from '../../content/text.js';
import { Fault } from '../../fhir/fault.js';
import { parameterPath } from '../../fhir/parameters.js';
import { parseStored } from '../../fhir/json.js';
import type { Resource } from '../../fhir/resource.js';
import { describe } from '../../portal/likeness.js';
import { canBeMatched, matchPatients, type PatientMatch } from '../../portal/match.js';
import type { Context, HandlerParts, Operation } from '../../service.js';
import { readerOf, type ReaderParts } from '../../writing/workflow-reader.js';
import type { PatientMatchInput, PatientMatchOutput } from '../types.js';

export type MatchParts = ReaderParts & Pick<HandlerParts, 'validator' | 'limits' | 'blobs'>;

/** https://hl7.org/fhir/R4/extension-match-grade.html */
const GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';

export const createMatch = (parts: MatchParts): Operation<PatientMatchInput, PatientMatchOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-match',
  readOnly: true,
  async handler({ resource, onlyCertainMatches = false, count = parts.limits.maxPageSize }, context) {
    if (count < 1) throw wrong('count must be 1 or more.', 'count', 'value');
    const reader = readerOf(context, context.store, parts);
    const sought = describe(patientOf(resource, parts), reader.phoneNumber);
    if (!canBeMatched(sought)) {
      throw wrong('Give an identifier, an address, or a family name and a birth date.', 'resource', 'required');
    }
    const all = await matchPatients(sought, reader);
    const matches = onlyCertainMatches ? theCertainOne(all) : all;
    const shown = matches.slice(0, Math.min(count, parts.limits.maxPageSize));
    return { output: { return: await bundleOf(shown, context, parts) } };
  },
});

/** A Patient as far as its shape goes; it need not be complete. Faults `invalid`. */
function patientOf(resource: Resource, { validator }: MatchParts): Patient {
  if (resource.resourceType !== 'Patient') throw wrong('The resource must be a Patient.', 'resource', 'value');
  validator.assertShape(resource);
  return resource as unknown as Patient;
}

const wrong = (message: string, name: string, code: 'value' | 'required'): Fault =>
  new Fault(code === 'value' ? 'invalid' : 'unprocessable', message, {
    code,
    expression: parameterPath(name),
  });

/** Where several are certain none of them is. */
function theCertainOne(all: readonly PatientMatch[]): PatientMatch[] {
  const certain = all.filter(({ grade }) => grade === 'certain');
  return certain.length === 1 ? certain : [];
}

async function bundleOf(matches: readonly PatientMatch[], context: Context, parts: MatchParts): Promise<Bundle> {
  const entry = await Promise.all(matches.map(match => entryOf(match, context, parts)));
  const bundle: Bundle = { resourceType: 'Bundle', type: 'searchset', total: matches.length };
  return entry.length === 0 ? bundle : { ...bundle, entry };
}

async function entryOf(
  { record: { version }, grade, score }: PatientMatch,
  { endpoint }: Context,
  { blobs }: MatchParts,
): Promise<BundleEntry> {
  return {
    fullUrl: `${endpoint.url}/Patient/${version.key.id}`,
    resource: parseStored<Patient & Resource>(await shownText(blobs, version)),
    search: { extension: [{ url: GRADE, valueCode: grade }], mode: 'match', score },
  };
}
