/**
 * An audit entry as a resource. https://hl7.org/fhir/R4/auditevent.html, https://profiles.ihe.net/ITI/BALP
 */
import { instant } from '../../fhir/instant.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import type { AuditEntry } from '../../service.js';

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

const ACTIONS: Readonly<Record<string, string>> = {
  create: 'C',
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  'history-type': 'R',
  'history-system': 'R',
  update: 'U',
  patch: 'U',
  delete: 'D',
};

/** https://dicom.nema.org/medical/dicom/current/output/chtml/part16/chapter_D.html */
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';

/** What people do at the pages for their accounts, as DICOM codes. */
const RIGHTS_CHANGED = {
  type: { system: DICOM, code: '110113', display: 'Security Alert' },
  subtype: { system: DICOM, code: '110136', display: 'Security Roles Changed' },
};

const ACCOUNT_EVENTS: Readonly<Record<string, { type: JsonObject; subtype: JsonObject & { code: string } }>> = {
  'sign-in': {
    type: { system: DICOM, code: '110114', display: 'User Authentication' },
    subtype: { system: DICOM, code: '110122', display: 'Login' },
  },
  // What an account is signed in to with.
  'security-change': {
    type: { system: DICOM, code: '110113', display: 'Security Alert' },
    subtype: { system: DICOM, code: '110137', display: 'User Security Attributes Changed' },
  },
  // What an app or a partner may see.
  grant: RIGHTS_CHANGED,
  'grant-end': RIGHTS_CHANGED,
};

const INTERACTION = /^[a-z-]+$/;

/** Types that AuditEvent.agent.who may refer to; a Person is named by altId alone. */
const AGENTS = /^(PractitionerRole|Practitioner|Organization|Device|Patient|RelatedPerson)\/[A-Za-z0-9\-.]+$/;

/** The resource has no versions: its meta names none. */
export function auditEvent(id: string, entry: AuditEntry): Resource {
  const { action, reasons = [], purpose } = entry;
  const purposes = [...(purpose === undefined ? [] : [purposeOf(purpose)]), ...reasons.map(text => ({ text }))];
  return {
    resourceType: 'AuditEvent',
    id,
    meta: { lastUpdated: instant(entry.at) },
    type: typeOf(action),
    subtype: [subtypeOf(action)],
    action: actionCode(action),
    recorded: instant(entry.at),
    outcome: outcomeOf(entry.status),
    outcomeDesc: `HTTP ${entry.status}`,
    ...(purposes.length === 0 ? {} : { purposeOfEvent: purposes }),
    agent: agentsOf(entry),
    source: { observer: { display: 'Portico' } },
    entity: entitiesOf(entry),
  };
}

/** https://hl7.org/fhir/R4/v3/PurposeOfUse/vs.html */
const purposeOf = (code: 'BTG'): JsonObject => ({
  coding: [{ system: `${TERMINOLOGY}/v3-ActReason`, code }],
  text: 'break the glass',
});

/** https://hl7.org/fhir/R4/valueset-audit-event-action.html */
export const actionCode = (action: string): string => ACTIONS[action] ?? 'E';

const typeOf = (action: string): JsonObject =>
  eventOf(action)?.type ?? {
    system: `${TERMINOLOGY}/audit-event-type`,
    code: 'rest',
    display: 'RESTful Operation',
  };

const eventOf = (action: string) => (Object.hasOwn(ACCOUNT_EVENTS, action) ? ACCOUNT_EVENTS[action] : undefined);

/** The interaction; undefined for a request that was none. */
export function subtypeCode(action: string): string | undefined {
  const event = eventOf(action);
  if (event) return event.subtype.code;
  if (action.startsWith('$')) return 'operation';
  return INTERACTION.test(action) ? action : undefined;
}

/** A request that was no interaction is named by its HTTP method, which is no code. */
function subtypeOf(action: string): JsonObject {
  const event = eventOf(action);
  if (event) return event.subtype;
  const code = subtypeCode(action);
  if (code === undefined) return { display: action };
  const coding = { system: 'http://hl7.org/fhir/restful-interaction', code };
  return code === action ? coding : { ...coding, display: action };
}

/** The reference of an actor; undefined for one that AuditEvent cannot refer to. */
const agentReference = (actor: string): string | undefined => (AGENTS.test(actor) ? actor : undefined);

/** Who acted: of a proxy, as the one who acts for the patient. */
export const agentOf = ({ actor, relation }: AuditEntry): string | undefined => relation ?? agentReference(actor);

/** A reference of an entry as its AuditEvent writes it. */
export const referenceIn = ({ base }: Pick<AuditEntry, 'base'>, reference: string): string =>
  base === undefined ? reference : `${base}/${reference}`;

/** https://hl7.org/fhir/R4/valueset-audit-event-outcome.html */
export function outcomeOf(status: number): string {
  return status < 400 ? '0' : status < 500 ? '4' : '8';
}

function agentsOf(entry: AuditEntry): JsonObject[] {
  const { actor, client } = entry;
  const reference = agentOf(entry);
  const who = reference === undefined ? {} : { who: { reference } };
  const person: JsonObject = { ...who, altId: actor === '' ? 'unknown' : actor, requestor: true };
  return client === '' ? [person] : [person, { altId: client, name: client, requestor: false }];
}

function entitiesOf(entry: AuditEntry): JsonObject[] {
  const { target, patients, request, details = [] } = entry;
  const at = (reference: string) => ({ reference: referenceIn(entry, reference) });
  const patientEntities = patients.map(id => ({
    what: at(`Patient/${id}`),
    type: { system: `${TERMINOLOGY}/audit-entity-type`, code: '1', display: 'Person' },
    role: { system: `${TERMINOLOGY}/object-role`, code: '1', display: 'Patient' },
  }));
  const [type = '', id] = target.split('/');
  const kind = { system: 'http://hl7.org/fhir/resource-types', code: type };
  const detail = details.map(({ name, before, after }) => ({ type: name, valueString: `${before} → ${after}` }));
  const changes = detail.length === 0 ? {} : { detail };
  const targetEntity = id === undefined ? { type: kind } : { what: at(target), type: kind, ...changes };
  const requestEntity = {
    what: { identifier: { value: request } },
    type: { system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', code: 'XrequestId' },
    ...(id === undefined ? changes : {}),
  };
  return [...(type === '' ? [] : [targetEntity]), ...patientEntities, requestEntity];
}
