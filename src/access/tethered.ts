/** Partners' tokens that are each for one patient: by that patient's grant, by a proxy's who may, or by the organization's. */
import { defined } from '../fhir/defined.js';
import type { Actor } from './actor.js';
import type { Client } from './clients.js';
import { hasFunction } from './functions.js';
import type { Claims } from './token.js';

export const isTethered = ({ registrations }: Pick<Client, 'registrations'>): boolean =>
  registrations.includes('tethered');

/** A tethered token that no person granted acts for its client. */
export const isByOrganization = ({ fhirUser, patient }: Claims, client: Client): boolean =>
  isTethered(client) && fhirUser === undefined && patient !== undefined;

/** Whose epoch a token goes by: it ends with the grant, which is the patient's where no person gave it. */
export const watchedBy = (claims: Claims, client: Client, subject: string): string =>
  isByOrganization(claims, client) ? `Patient/${claims.patient ?? ''}` : subject;

type Who = Pick<Actor, 'patients' | 'self' | 'relations' | 'identities'>;

/** Of a person, what they are to the token's patient, and nothing else; of the organization's grant nobody. */
export function tethered<T extends Who>(who: T, { patient }: Claims, isOrganization: boolean): T | undefined {
  if (patient === undefined || !who.patients.includes(patient)) return undefined;
  const { self, relations: acting, ...rest } = who;
  const name = `Patient/${patient}`;
  const relation = self === patient ? undefined : acting?.get(name);
  const identities = isOrganization ? [] : [relation ?? name];
  const relations = relation === undefined ? undefined : new Map([[name, relation]]);
  const own = self === patient && !isOrganization ? self : undefined;
  return { ...rest, identities, patients: [patient], ...defined({ self: own, relations }) } as unknown as T;
}

/** A person as far as they can grant a patient to a partner: themself, and whom they consent for. Staff grant nobody. */
export const asGrantor = (actor: Actor): Actor => ({
  ...actor,
  kind: 'patient',
  patients:
    actor.kind === 'patient' ? actor.patients.filter(id => hasFunction(actor, `Patient/${id}`, ['consent'])) : [],
});
