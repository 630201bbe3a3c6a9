/**
 * The portal's rule for Consents: patients record what they permit and deny, and end it; nothing else of it changes. A proxy may
 * deny for the patient, and permits nobody anything, least of all themself. https://hl7.org/fhir/R4/consent.html
 */
import { isDeepStrictEqual } from 'node:util';
import type { Consent, ConsentProvision, Reference } from 'fhir/r4.js';
import type { Clock } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { Resource } from '../fhir/resource.js';
import type { Context, WriteRule } from '../service.js';

const ENDED = ['inactive', 'entered-in-error'];

export const consentRule =
  ({ clock }: { clock: Clock }): WriteRule =>
  (resource, previous, context) => {
    const consent = resource as unknown as Consent;
    const before = previous as unknown as Consent | undefined;
    if (before && ENDED.includes(before.status) && before.status !== consent.status) {
      const expression = 'Consent.status';
      throw new Fault('unprocessable', 'A Consent that has ended stays so; record another.', { expression });
    }
    if (context.actor.kind !== 'patient') return Promise.resolve({ resource });
    if (context.actor.registrations.has('tethered'))
      throw forbidden('Consents are recorded by patients, not by partners.');
    const next = before ? ended(consent, before, context) : recorded(consent, context, clock.now());
    return Promise.resolve({ resource: next as unknown as Resource });
  };

/** As the person says it, by whom and when as the server knows it. */
function recorded(consent: Consent, context: Context, now: number): Consent {
  if (consent.status !== 'active') {
    throw new Fault('unprocessable', 'Patients record Consents that are active.', { expression: 'Consent.status' });
  }
  const { actor } = context;
  const own = isOwn(consent, actor);
  if (!own && permits(consent.provision)) throw forbidden('A proxy permits nothing for the patient.');
  const performer = own ? consent.patient : relationTo(consent.patient, context);
  return { ...consent, ...defined({ performer: performer && [performer] }), dateTime: instant(now) };
}

/** The relation by which the actor acts for the patient. */
function relationTo(patient: Reference | undefined, { actor }: Context): Reference {
  const reference = actor.relations?.get(patient?.reference ?? '');
  if (reference === undefined) throw forbidden('This account records no Consent for that patient.');
  return { reference };
}

function ended(consent: Consent, before: Consent, { actor }: Context): Consent {
  const own =
    isOwn(before, actor) || before.performer?.some(({ reference = '' }) => actor.identities.includes(reference));
  if (own !== true) throw forbidden('A proxy ends what they recorded themself.');
  const content = ({ meta: _meta, text: _text, status: _status, ...rest }: Consent): object => rest;
  if (!isDeepStrictEqual(content(consent), content(before)) || ![before.status, ...ENDED].includes(consent.status)) {
    throw new Fault('unprocessable', 'Patients end a Consent, and change nothing else of it.', {
      expression: 'Consent',
    });
  }
  return { ...before, status: consent.status };
}

const isOwn = ({ patient }: Consent, { self }: Context['actor']): boolean =>
  self !== undefined && patient?.reference === `Patient/${self}`;

const permits = (provision: ConsentProvision | undefined): boolean =>
  provision !== undefined && (provision.type !== 'deny' || (provision.provision ?? []).some(permits));

const forbidden = (message: string): Fault => new Fault('forbidden', message);
