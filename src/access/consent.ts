/**
 * A Consent of privacy as access understands it: rules that permit or deny, each with exceptions. What is not understood
 * widens a denial and voids a permission. https://hl7.org/fhir/R4/consent.html
 */
import type { Coding, Consent, ConsentProvision, Period, Reference } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { boundsOf, type Bounds } from '../fhir/period.js';
import { localReference } from '../fhir/reference.js';
import type { Resource } from '../fhir/resource.js';
import type { Label } from './labels.js';

export type ActorTerm = { readonly reference: string } | { readonly identifier: Label } | 'unclear';

export interface Provision {
  /** Undefined where it says nothing itself: its exceptions may. */
  readonly says: 'permit' | 'deny' | undefined;
  readonly period: Bounds;
  /** Whom it is about; undefined: everybody. */
  readonly actors?: readonly ActorTerm[];
  /** Types of resources; undefined: all. */
  readonly types?: readonly string[];
  readonly labels?: readonly Label[];
  /** Codes in the content. */
  readonly codes?: readonly Label[];
  /** When the data is of. */
  readonly data?: Period;
  readonly unclear: boolean;
  readonly exceptions: readonly Provision[];
}

/** Rules by patient: `Patient/1`. */
export type Limits = ReadonlyMap<string, readonly Provision[]>;

const SCOPES = 'http://terminology.hl7.org/CodeSystem/consentscope';
const ACT_CODES = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const TYPES = 'http://hl7.org/fhir/resource-types';
const ACTIONS = ['access', 'disclose'];
/** Provisions within provisions. */
const DEEPEST = 10;

const always: Bounds = { from: -Infinity, until: Infinity };

/** Hides everything from everybody else than the patient. */
export const denial: Provision = { says: 'deny', period: always, unclear: true, exceptions: [] };

/** The rule of a Consent; undefined where it is not in force, or about something else than privacy. */
export function provisionOf(resource: Resource, bases: readonly string[]): Provision | undefined {
  const consent = resource as unknown as Consent;
  if (consent.status !== 'active' || isAboutOthers(consent)) return undefined;
  const base = baseOf(consent);
  const { provision } = consent;
  const unclear = resource['modifierExtension'] !== undefined;
  if (!provision) return { ...denial, says: base ?? 'deny', unclear: unclear || base === undefined };
  return compiled(provision, provision.type ?? base, { unclear, depth: 0, bases });
}

/** Research, treatment, advance directives: whoever reads these knows what to do with them. */
function isAboutOthers({ scope }: Consent): boolean {
  const codes = (scope as Consent['scope'] | undefined)?.coding?.filter(({ system }) => system === SCOPES) ?? [];
  return codes.length > 0 && codes.every(({ code }) => ['research', 'treatment', 'adr'].includes(code ?? ''));
}

/** What the policy says where no provision does. */
function baseOf({ policyRule }: Consent): 'permit' | 'deny' | undefined {
  const codes = policyRule?.coding?.filter(({ system }) => system === ACT_CODES).map(({ code = '' }) => code) ?? [];
  if (codes.some(code => code.startsWith('OPTOUT'))) return 'deny';
  return codes.some(code => code.startsWith('OPTIN')) ? 'permit' : undefined;
}

interface Place {
  readonly unclear: boolean;
  readonly depth: number;
  readonly bases: readonly string[];
}

function compiled(provision: ConsentProvision, says: 'permit' | 'deny' | undefined, place: Place): Provision {
  const { period, actor, class: classes, securityLabel, code, dataPeriod } = provision;
  const actors = actor?.map(({ reference }) => termOf(reference, place.bases));
  const types = classes && typesIn(classes);
  const labels = securityLabel && labelsIn(securityLabel);
  const codes = code && labelsIn(code.flatMap(({ coding = [{}] }) => coding));
  const deep = place.depth >= DEEPEST && provision.provision !== undefined;
  const odd = says === undefined || deep || [types, labels, codes].includes('unclear') || hasOddParts(provision);
  const unclear = place.unclear || odd;
  const clear = <T>(value: T | 'unclear' | undefined): T | undefined => (value === 'unclear' ? undefined : value);
  const below = { ...place, unclear, depth: place.depth + 1 };
  return {
    says: says ?? 'deny',
    period: boundsOf(period),
    ...defined({ actors, types: clear(types), labels: clear(labels), codes: clear(codes), data: dataPeriod }),
    unclear,
    exceptions: deep ? [] : (provision.provision ?? []).map(one => compiled(one, one.type, below)),
  };
}

/** Conditions and limits that are not applied here. */
function hasOddParts(provision: ConsentProvision): boolean {
  const { action = [], purpose, data, modifierExtension } = provision;
  const actions = action.flatMap(({ coding = [{}] }) => coding);
  const known = actions.length === 0 || actions.some(({ code }) => ACTIONS.includes(code ?? ''));
  return !known || [purpose, data, modifierExtension].some(one => one !== undefined);
}

function typesIn(classes: readonly Coding[]): string[] | 'unclear' {
  const types = classes.flatMap(({ system, code }) => (system === TYPES && code !== undefined ? [code] : []));
  return types.length === classes.length ? types : 'unclear';
}

function labelsIn(codings: readonly Coding[]): Label[] | 'unclear' {
  const labels = codings.flatMap(({ system, code }) =>
    code === undefined ? [] : [defined({ system, code }) as Label],
  );
  return labels.length === codings.length ? labels : 'unclear';
}

/** Actors whom the portal knows. */
const KNOWN = ['Patient', 'RelatedPerson', 'Person', 'Practitioner', 'PractitionerRole', 'Organization'];

function termOf({ reference, identifier }: Reference, bases: readonly string[]): ActorTerm {
  const local = reference === undefined ? undefined : localReference(reference, bases);
  if (local && KNOWN.includes(local.type)) return { reference: `${local.type}/${local.id}` };
  if (reference !== undefined || identifier?.value === undefined) return 'unclear';
  return { identifier: defined({ system: identifier.system, code: identifier.value }) };
}

/** Every actor that a Consent names by reference, however deep. */
export function actorsNamed(resource: Resource, bases: readonly string[]): string[] {
  const { provision } = resource as unknown as Consent;
  const terms = (one: ConsentProvision | undefined, depth: number): ActorTerm[] =>
    one === undefined || depth > DEEPEST
      ? []
      : [
          ...(one.actor ?? []).map(({ reference }) => termOf(reference, bases)),
          ...(one.provision ?? []).flatMap(inner => terms(inner, depth + 1)),
        ];
  const named = terms(provision, 0);
  return [...new Set(named.flatMap(term => (typeof term === 'object' && 'reference' in term ? term.reference : [])))];
}
