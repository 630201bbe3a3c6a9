/** The people of the portal, as the pages between an app's request and its answer ask for them. */
import type { Patient } from 'fhir/r4.js';
import type { People } from '../../access/build-actor.js';
import { mayEver } from '../../access/policy.js';
import { defined } from '../../fhir/defined.js';
import type { Query } from '../../fhir/request.js';
import type { Resource } from '../../fhir/resource.js';
import type { PatientChoice } from '../../pages/consent.js';
import type { InteractionPeople } from './interaction-parts.js';
import { nameIn } from './name-in.js';

export interface InteractionPeopleParts extends Pick<InteractionPeople, 'actorOf'>, Pick<People, 'read'> {
  /** Patients that match, by the server's own authority. */
  readonly search: (query: Query, limit: number) => Promise<Patient[]>;
}

const SHOWN = 20;

export function interactionPeople({ actorOf, read, search }: InteractionPeopleParts): InteractionPeople {
  return {
    actorOf,
    async nameOf({ subject, self }) {
      const own = nameIn(await read(subject));
      return own === '' && self !== undefined ? nameIn(await read(`Patient/${self}`)) : own;
    },
    async patient(id) {
      const patient = await read(`Patient/${id}`);
      return patient && choiceOf(patient as unknown as Patient);
    },
    async findPatients(actor, text) {
      if (text.trim() === '' || !mayEver(actor, 'Patient', 's')) return [];
      const queries: Query[] = [[['name', escaped(text)]], [['identifier', escaped(text)]]];
      const found = await Promise.all(queries.map(query => search(query, SHOWN)));
      return [...new Map(found.flat().map(patient => [patient.id, choiceOf(patient)])).values()];
    },
    async fhirUserFor(actor, patient) {
      const { kind, self, subject, identities } = actor;
      if (kind === 'staff') return subject;
      if (self !== undefined && (patient === undefined || patient === self)) return `Patient/${self}`;
      const relations = identities.filter(one => one.startsWith('RelatedPerson/'));
      const kept = await Promise.all(relations.map(read));
      const at = kept.findIndex(relation => isFor(relation, patient));
      return relations[at] ?? subject;
    },
  };
}

const isFor = (relation: Resource | undefined, patient: string | undefined): boolean =>
  (relation?.['patient'] as { reference?: string } | undefined)?.reference === `Patient/${patient ?? ''}`;

/** A search value is taken as it is. https://hl7.org/fhir/R4/search.html#escaping */
const escaped = (text: string): string => text.trim().replace(/[\\,|$]/g, mark => `\\${mark}`);

const choiceOf = (patient: Patient): PatientChoice => ({
  id: patient.id ?? '',
  name: nameIn(patient as unknown as Resource),
  ...defined({ birthDate: patient.birthDate }),
});
