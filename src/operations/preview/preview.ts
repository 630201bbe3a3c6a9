/** ActivityDefinition/$preview: the wording of a notice as its reader would get it. Nothing is sent. */
import type { ActivityDefinition, Patient } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { asJson } from '../../fhir/resource.js';
import { languageOf } from '../../portal/identity.js';
import { statedLanguage } from '../../portal/language-parameter.js';
import { wrongParameter } from '../../portal/person-parameters.js';
import { givenName } from '../../portal/recipient.js';
import type { Context, HandlerParts, Operation } from '../../service.js';
import { withProfile } from '../../writing/with-profile.js';
import { readerOf, type ReaderParts } from '../../writing/workflow-reader.js';
import { WORDING } from '../../wording/wording.js';
import { definitionOf } from '../operation-of.js';
import type { PreviewInput, PreviewOutput } from '../types.js';

export type PreviewParts = ReaderParts &
  Pick<HandlerParts, 'wordings' | 'configuration' | 'validator' | 'definitionsFor'>;

export const createPreview = (parts: PreviewParts): Operation<PreviewInput, PreviewOutput> => ({
  definition: definitionOf('ActivityDefinition', 'preview'),
  async handler(input, context) {
    const wording = await wordingFor(input, context, parts);
    const patient = await patientFor(input, context, parts);
    const language = statedLanguage(input) ?? (patient && languageOf(patient));
    const given = patient && (givenName(patient) ?? '');
    return { output: { ...(await parts.wordings.preview(wording, language, given, await parts.configuration())) } };
  },
});

/** Fault `unprocessable` for one that the server would not store. */
async function wordingFor(
  { wording: stated }: PreviewInput,
  context: Context,
  parts: PreviewParts,
): Promise<ActivityDefinition> {
  const { id } = context.route;
  if ((id === undefined) === (stated === undefined)) {
    throw wrongParameter('wording', 'given on the type level, and left out on the instance level');
  }
  if (stated) return checked(stated, context, parts);
  const found = await readerOf(context, context.store, parts).get<ActivityDefinition>(`ActivityDefinition/${id}`);
  if (!found) throw new Fault('not-found', `There is no ActivityDefinition/${id}.`);
  return found.resource;
}

async function checked(
  stated: ActivityDefinition,
  context: Context,
  { wordings, validator, definitionsFor, definitions: { own } }: PreviewParts,
): Promise<ActivityDefinition> {
  const profiles = [own.structure(WORDING)];
  const resource = withProfile(asJson(stated), own.structure(WORDING));
  validator.assertValid(resource, { profiles, definitions: await definitionsFor(context, resource) });
  const issues = wordings.check(stated);
  if (issues.length > 0) throw new Fault('unprocessable', 'The wording is wrong.', { issues });
  return stated;
}

async function patientFor(
  { patient }: PreviewInput,
  context: Context,
  parts: PreviewParts,
): Promise<Patient | undefined> {
  if (patient === undefined) return undefined;
  const { reference = '' } = patient;
  const found = await readerOf(context, context.store, parts).get<Patient>(reference);
  if (found?.resource.resourceType === 'Patient') return found.resource;
  throw new Fault('not-found', 'There is no such Patient.', {
    expression: "Parameters.parameter.where(name='patient')",
  });
}
