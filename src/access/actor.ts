/**
 * The caller of a request, the patients it reaches and its scopes: made of a token by looking up links, proxies and roles.
 * SMART App Launch 2.2 scopes: https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
import type { Registered } from '../definitions/endpoint.js';
import type { Limits } from './consent.js';
import type { Scope } from './scope.js';

/** Patients, proxies and staff are people; `system` is a client acting for itself; `anonymous` has no token. */
export type ActorKind = 'anonymous' | 'system' | 'patient' | 'staff';

export interface Actor extends Registered {
  readonly kind: ActorKind;
  /** Stable name for audit and epochs: `Person/1`, `Practitioner/2`, `client:demo-ehr`, `anonymous`. */
  readonly subject: string;
  readonly clientId: string;
  /** The FHIR resource the person is: `Person/1`, `Patient/1`, `RelatedPerson/1`, `Practitioner/1`. */
  readonly fhirUser?: string;
  /** Ids of the Patients whose compartments the actor reaches: the own one and those of active proxies. */
  readonly patients: readonly string[];
  /** The one patient that the token is limited to, where it is: also what an account tells of others stays out. */
  readonly context?: string;
  /** Of those, the actor's own. */
  readonly self?: string;
  /**
   * Of a proxy who does not do all for a patient: what they do (codes of `proxy-function`), by `Patient/1` and by the relation
   * `RelatedPerson/2`.
   */
  readonly reach?: ReadonlyMap<string, ReadonlySet<string>>;
  /** By `Patient/1` for whom the actor acts, the relation by which they do: `RelatedPerson/2`. */
  readonly relations?: ReadonlyMap<string, string>;
  /** What patients' Consents say about this person or client, by `Patient/1`. */
  readonly limits?: Limits;
  /** Of staff who broke the glass: ids of the patients whose restricted data they see for now. */
  readonly opened?: readonly string[];
  /** References that count as "me": own Person, Patient, RelatedPersons, Practitioner, PractitionerRoles. */
  readonly identities: readonly string[];
  /** PractitionerRole codes that are active now. */
  readonly roles: ReadonlySet<string>;
  /** `Organization/…` of the active PractitionerRoles. */
  readonly organizations: readonly string[];
  readonly scopes: readonly Scope[];
}

const fingerprints = new WeakMap<Actor, string>();

/** Text that two actors have in common only if they are one person (or client) with the same access; made once for each. */
export function accessFingerprint(actor: Actor): string {
  const fingerprint = fingerprints.get(actor) ?? describe(actor);
  fingerprints.set(actor, fingerprint);
  return fingerprint;
}

function describe(actor: Actor): string {
  const { subject, clientId, patients, reach, roles, organizations, scopes, limits, opened } = actor;
  const granted = scopes.map(({ permissions, ...scope }) => ({ ...scope, permissions: [...permissions] }));
  const limited = [...(reach ?? [])].map(([reference, names]) => [reference, ...names]);
  const hidden = [clientId, [...(limits ?? [])], opened];
  return JSON.stringify([subject, patients, limited, [...roles], organizations, granted, hidden]);
}
