/** A patient with records of several kinds and labels, and those who act for them: what tests of labels and Consents share. */
import { randomUUID } from 'node:crypto';
import type { Bundle } from 'fhir/r4.js';
import type { Caller, Journey } from './journey.js';

const system: Caller = 'demo-system';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const LOINC = 'http://loinc.org';

export const label = (code: string) => ({
  system: code === 'R' || code === 'V' ? CONFIDENTIALITY : ACT_CODE,
  code,
});

export const reference = (to: string) => ({ reference: to });

export class FamilyRecord {
  readonly #journey: Journey;
  readonly patient: string;
  readonly relation: string;
  /** The patient, by an app. */
  readonly own: Caller;
  /** Who acts for the patient, by the same app. */
  readonly proxy: Caller;

  private constructor(journey: Journey, patient: string, relation: string, own: Caller, proxy: Caller) {
    this.#journey = journey;
    this.patient = patient;
    this.relation = relation;
    this.own = own;
    this.proxy = proxy;
  }

  static async begin(journey: Journey): Promise<FamilyRecord> {
    const make = maker(journey);
    const named = { resourceType: 'Patient', active: true, birthDate: '1970-01-02', name: [{ family: randomUUID() }] };
    const [patient, other] = [await make(named), await make({ ...named, name: [{ family: randomUUID() }] })];
    const relation = await make({ resourceType: 'RelatedPerson', active: true, patient: reference(patient) });
    const account = async (...links: string[]) =>
      `demo-patient as ${await make({ resourceType: 'Person', active: true, link: links.map(target => ({ target: reference(target) })) })}`;
    return new FamilyRecord(journey, patient, relation, await account(patient), await account(other, relation));
  }

  make(body: object): Promise<string> {
    return maker(this.#journey)(body);
  }

  /** An Observation with these labels, of this code and day. */
  observe(labels: readonly string[] = [], code = '29463-7', day = '2026-01-10'): Promise<string> {
    return this.make({
      ...{ resourceType: 'Observation', status: 'final', subject: reference(this.patient) },
      ...(labels.length > 0 ? { meta: { security: labels.map(label) } } : {}),
      code: { coding: [{ system: LOINC, code }] },
      effectiveDateTime: day,
    });
  }

  /** A document with a file. */
  async document(labels: readonly string[] = []): Promise<{ document: string; file: string }> {
    const document = await this.make({
      ...{ resourceType: 'DocumentReference', status: 'current', subject: reference(this.patient) },
      ...(labels.length > 0 ? { meta: { security: labels.map(label) } } : {}),
      content: [{ attachment: { title: 'Letter' } }],
    });
    const data = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n').toString('base64');
    const binary = { resourceType: 'Binary', contentType: 'application/pdf', data };
    return { document, file: await this.make({ ...binary, securityContext: reference(document) }) };
  }

  /** A Consent of privacy with this rule. */
  consent(provision: object, more: object = {}): object {
    return {
      ...{ resourceType: 'Consent', status: 'active', patient: reference(this.patient) },
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
      category: [{ coding: [{ system: LOINC, code: '59284-0' }] }],
      policy: [{ uri: 'https://portal.example.org/privacy' }],
      ...{ provision, ...more },
    };
  }

  /** Records it, as the patient. */
  async record(provision: object): Promise<string> {
    const answer = await this.#journey.expect(201, this.own, 'POST', 'Consent', this.consent(provision));
    return `Consent/${String(answer.body.id)}`;
  }

  /** Ends it, as the patient. */
  async end(consent: string): Promise<void> {
    const { body } = await this.#journey.expect(200, this.own, 'GET', consent);
    await this.#journey.expect(200, this.own, 'PUT', consent, { ...body, status: 'inactive' });
  }

  async status(caller: Caller, path: string): Promise<number> {
    return (await this.#journey.call(caller, 'GET', path)).status;
  }

  /** `Type/id` of the matches. */
  async found(caller: Caller, query: string): Promise<string[]> {
    const { body } = await this.#journey.expect(200, caller, 'GET', query);
    const { entry = [] } = body as unknown as Bundle;
    return entry.flatMap(({ resource }) => (resource ? `${resource.resourceType}/${resource.id ?? ''}` : []));
  }

  async count(caller: Caller, query: string): Promise<number> {
    const { body } = await this.#journey.expect(200, caller, 'GET', `${query}&_summary=count`);
    return (body as unknown as Bundle).total ?? -1;
  }
}

const maker =
  (journey: Journey) =>
  async (body: object): Promise<string> => {
    const { resourceType } = body as { resourceType: string };
    const answer = await journey.expect(201, system, 'POST', resourceType, body);
    return `${resourceType}/${String(answer.body.id)}`;
  };

export const actor = (to: string) => ({
  role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
  reference: reference(to),
});

export const classes = (...types: string[]) =>
  types.map(code => ({ system: 'http://hl7.org/fhir/resource-types', code }));
