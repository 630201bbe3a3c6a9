/** People and relations for the tests of proxies: made over HTTP, asked as each of them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Parameters, Person, RelatedPerson } from 'fhir/r4.js';
import type { Answer, Caller, Journey } from './journey.js';

export const system: Caller = 'demo-system';
export const ehr: Caller = 'demo-ehr';
export const administrator: Caller = 'demo-clinician as Practitioner/demo-administrator';

export const OWN = 'https://portico.health/fhir/StructureDefinition';

export const role = (code: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }],
});

/** A day at this distance, `YYYY-MM-DD`. */
export const dayAt = (at: number): string => new Date(at).toISOString().slice(0, 10);

export interface Human {
  /** `Patient/1` */
  readonly patient: string;
  readonly email: string;
}

export interface Member extends Human {
  /** `Person/1` */
  readonly account: string;
  readonly who: Caller;
}

export const asCaller = (account: string): Caller => `demo-patient as ${account}`;

export async function make(journey: Journey, body: { resourceType: string; [name: string]: unknown }): Promise<string> {
  const answer = await journey.expect(201, system, 'POST', body.resourceType, body);
  return `${body.resourceType}/${String(answer.body.id)}`;
}

/** A patient on record with an address, and no account. */
export async function human(journey: Journey, given: string, more: object = {}): Promise<Human> {
  const unique = randomBytes(6).toString('hex');
  const email = `${given}.${unique}@example.org`.toLowerCase();
  const patient = await make(journey, {
    ...{ resourceType: 'Patient', active: true, birthDate: '1980-02-03' },
    ...{ name: [{ family: `F${unique}`, given: [given] }], telecom: [{ system: 'email', value: email }], ...more },
  });
  return { patient, email };
}

/** A patient with an account in use. */
export async function member(journey: Journey, given: string, more: object = {}): Promise<Member> {
  const one = await human(journey, given, more);
  const answer = await journey.expect(201, ehr, 'POST', `${one.patient}/$enroll`);
  const account = `Person/${String(answer.body.id)}`;
  return { ...one, account, who: asCaller(account) };
}

/** An account through which somebody acts for this patient, and no record of their own. */
export async function proxyOnly(journey: Journey, patient: string, more: object = {}): Promise<string> {
  const acting = { resourceType: 'RelatedPerson', active: true, patient: { reference: patient } };
  const link = [{ target: { reference: await make(journey, acting) } }];
  return make(journey, { resourceType: 'Person', active: true, birthDate: '1975-05-05', link, ...more });
}

export interface Linking {
  readonly principal: string;
  readonly proxy: string;
  readonly basis?: string;
  readonly relationship?: string;
  readonly period?: object;
  readonly functions?: readonly string[];
}

export function linking({
  principal,
  proxy,
  basis,
  relationship = 'SPS',
  period,
  functions = [],
}: Linking): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'principal', valueReference: { reference: principal } },
      { name: 'proxy', valueReference: { reference: proxy } },
      { name: 'relationship', valueCodeableConcept: role(relationship) },
      ...(basis === undefined ? [] : [{ name: 'basis', valueCode: basis }]),
      ...(period === undefined ? [] : [{ name: 'period', valuePeriod: period }]),
      ...functions.map(valueCode => ({ name: 'function', valueCode })),
    ],
  };
}

export const link = (journey: Journey, caller: Caller, how: Linking): Promise<Answer> =>
  journey.call(caller, 'POST', 'RelatedPerson/$link-proxy', linking(how));

export async function linked(
  journey: Journey,
  how: Linking,
  caller = administrator,
  status = 201,
): Promise<RelatedPerson> {
  const answer = await link(journey, caller, how);
  assert.equal(answer.status, status, answer.text);
  return answer.body as unknown as RelatedPerson;
}

export const unlink = (journey: Journey, caller: Caller, id: string | undefined, reason?: string): Promise<Answer> =>
  journey.call(caller, 'POST', `RelatedPerson/${id}/$unlink-proxy`, {
    resourceType: 'Parameters',
    ...(reason === undefined ? {} : { parameter: [{ name: 'reason', valueString: reason }] }),
  });

/** Whether this caller reads the patient. */
export const reads = async (journey: Journey, who: Caller, patient: string): Promise<number> =>
  (await journey.call(who, 'GET', patient)).status;

/** The account that is linked to `Patient/1` or `RelatedPerson/2`. */
export async function accountOf(journey: Journey, reference: string): Promise<Person | undefined> {
  const { body } = await journey.expect(200, system, 'GET', `Person?link=${reference}`);
  const entries = (body['entry'] ?? []) as unknown as { resource: Person }[];
  assert.ok(entries.length <= 1, `one account of ${reference}`);
  return entries[0]?.resource;
}

export async function relationsOf(journey: Journey, patient: string): Promise<RelatedPerson[]> {
  const { body } = await journey.expect(200, system, 'GET', `RelatedPerson?patient=${patient}`);
  return ((body['entry'] ?? []) as unknown as { resource: RelatedPerson }[]).map(({ resource }) => resource);
}

export const functionsOf = ({ extension = [] }: RelatedPerson): string[] =>
  extension.flatMap(({ url, valueCode }) => (url === `${OWN}/proxy-function` ? (valueCode ?? []) : []));

/** Sets settings of the portal. */
export async function configure(journey: Journey, settings: Readonly<Record<string, object>>): Promise<void> {
  const path = 'Basic/portal-configuration';
  const { body } = await journey.expect(200, system, 'GET', path);
  const set = Object.entries(settings).map(([url, value]) => ({ url, ...value }));
  const extension = [{ url: `${OWN}/portal-settings`, extension: set }];
  await journey.expect(200, system, 'PUT', path, { ...body, extension }, { 'if-match': `W/"${body.meta!.versionId}"` });
}
