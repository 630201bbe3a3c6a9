/** Every kind of token, and what of the patients it may see: said here anew, and never taken from the code under test. */
import { generateKeyPairSync } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import type { Resource } from '../../src/fhir/resource.js';
import type { Storage } from '../../src/store/port.js';
import type { TestServer } from '../fixtures/server.js';
import { tetheredToken } from './matrix-partner.js';
import { tokenWith, type Claims } from './ward.js';
import {
  accountName,
  ANN,
  KID,
  OLD,
  proxyResources,
  staffResources,
  type Kind,
  type Owned,
  type Relation,
} from './matrix-world.js';

export interface MatrixCaller {
  readonly name: string;
  token(server: TestServer & { storage: Storage }): string | Promise<string>;
  sees(one: Owned): boolean;
  /** Resources without which the token is nobody's, whoever sees them. */
  readonly own: readonly (Resource & { id: string })[];
  /** Names of resources of `owned` that decide who the caller is. */
  readonly needs: readonly string[];
  /** A kind of which the caller sees something, unless they see nothing. */
  readonly finds?: string;
  /** Reads the audit. */
  readonly readsAudit?: boolean;
}

const PATIENT_SCOPE = 'patient/*.cruds patient/*.$*';
const STAFF_SCOPE = 'user/*.cruds user/*.$*';

const claimed = (claims: Claims) => (server: TestServer) => tokenWith(server, claims);
const patientToken = (person: string, scope = PATIENT_SCOPE, patient?: string) =>
  claimed({ client: 'demo-patient', scope, person, ...(patient === undefined ? {} : { patient }) });

/** What no patient sees of themselves. */
const NOBODYS: readonly Kind[] = ['work', 'AuditEvent'];
const isOwn = (patient: string, { kind, patient: of }: Owned): boolean => of === patient && !NOBODYS.includes(kind);

const member = (name: string, patient: string, more: Partial<MatrixCaller> = {}): MatrixCaller => ({
  ...{ name, token: patientToken(accountName(patient)), sees: one => isOwn(patient, one) },
  ...{ own: [], needs: [accountName(patient), `Patient/${patient}`], finds: 'Observation', ...more },
});

/** By function, what it opens of the principal beside the Patient. */
const OPENED: Readonly<Record<string, readonly Kind[]>> = {
  'read-record': ['Observation'],
  'read-results': ['laboratory'],
  'read-documents': ['DocumentReference', 'upload'],
  messages: ['Communication', 'attachment', 'upload', 'RelatedPerson'],
  appointments: [],
  pay: [],
  consent: [],
  profile: ['Person', 'RelatedPerson'],
  tasks: ['Task'],
  visits: [],
};

function proxy(name: string, relations: readonly Relation[], more: Partial<MatrixCaller> = {}): MatrixCaller {
  const id = `zq-${name.replaceAll(' ', '-')}`;
  const living = relations.filter(({ ended }) => !ended);
  const sees = (one: Owned): boolean =>
    living.some(({ patient, functions }) => {
      if (!isOwn(patient, one)) return false;
      return !functions || one.kind === 'Patient' || functions.some(fn => OPENED[fn]?.includes(one.kind));
    });
  const needs = relations.map(({ patient }) => `Patient/${patient}`);
  return {
    ...{ name, token: patientToken(`Person/${id}`), sees, own: proxyResources(id, relations), needs },
    ...(living.length > 0 ? { finds: 'Patient' } : {}),
    ...more,
  };
}

/** By role, what staff see who have nothing to do with these patients. */
const STAFF: Readonly<Record<string, readonly Kind[]>> = {
  clinician: ['Patient', 'RelatedPerson', 'Person', 'upload', 'DocumentReference', 'Observation', 'laboratory'],
  agent: ['Patient', 'RelatedPerson', 'Person', 'upload', 'DocumentReference'],
  manager: ['Patient', 'RelatedPerson', 'Person', 'upload', 'DocumentReference'],
  'workbench-user': [],
  scheduler: ['Patient'],
  'visit-administrator': ['Patient'],
  'configuration-manager': [],
  'task-processing': [],
  auditor: [],
  'healthcare-administrator': ['Patient', 'RelatedPerson', 'Person', 'Task', 'work'],
};

const staff = (role: string, kinds: readonly Kind[]): MatrixCaller => ({
  name: `staff: ${role}`,
  token: claimed({ client: 'demo-agent', scope: STAFF_SCOPE, person: `Practitioner/zq-${role}` }),
  sees: ({ kind }) => kinds.includes(kind),
  ...{ own: staffResources(`zq-${role}`, role), needs: [] },
  ...(kinds.length > 0 ? { finds: 'Patient' } : {}),
  ...(role === 'auditor' ? { readsAudit: true } : {}),
});

const system = (name: string, scope: string, kinds: readonly Kind[]): MatrixCaller => ({
  name: `system: ${name}`,
  token: claimed({ client: 'demo-system', scope }),
  sees: ({ kind }) => kinds.includes(kind),
  ...{ own: [], needs: [], ...(kinds[0] === undefined ? {} : { finds: kinds[0] }) },
});

const ISSUER = 'https://login.example.org';
const AUDIENCE = 'https://portal.example.org';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The setting by which a server trusts the issuer of one of these tokens. */
export const MATRIX_ISSUERS = JSON.stringify([
  { issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] } },
]);

function foreignToken({ app }: TestServer): string {
  const iat = Math.floor(app.parts.clock.now() / 1000);
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'u1', client_id: 'any-app', iat, exp: iat + 600 };
  const who = { fhirUser: accountName(ANN), scope: PATIENT_SCOPE };
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' } as const;
  return jsonwebtoken.sign({ ...claims, ...who }, privateKey, { algorithm: 'ES256', header });
}

const functions = Object.keys(OPENED);

export const matrixCallers: readonly MatrixCaller[] = [
  member('a patient', ANN),
  member('a minor', KID),
  member('a patient at another issuer', ANN, { token: foreignToken }),
  member('a patient’s app for measurements', ANN, {
    token: patientToken(accountName(ANN), 'patient/Observation.rs'),
    sees: one => isOwn(ANN, one) && ['Observation', 'laboratory'].includes(one.kind),
  }),
  member('a patient’s app for results', ANN, {
    token: patientToken(accountName(ANN), 'patient/Observation.rs?category=laboratory'),
    sees: one => isOwn(ANN, one) && one.kind === 'laboratory',
  }),
  member('a partner for one patient', ANN, {
    token: server => tetheredToken(server, ANN),
    sees: one => isOwn(ANN, one) && one.kind !== 'Person',
  }),
  proxy('a parent', [{ id: `${KID}-parent`, patient: KID }]),
  proxy(
    'a parent in one context',
    [
      { id: `${KID}-one`, patient: KID },
      { id: `${OLD}-one`, patient: OLD },
    ],
    {
      token: patientToken('Person/zq-a-parent-in-one-context', PATIENT_SCOPE, KID),
      sees: one => isOwn(KID, one),
    },
  ),
  ...functions.map(name => proxy(`for ${name}`, [{ id: `${OLD}-${name}`, patient: OLD, functions: [name] }])),
  proxy('for two', [
    { id: `${OLD}-tasks-two`, patient: OLD, functions: ['tasks', 'read-results'] },
    { id: `${KID}-messages`, patient: KID, functions: ['messages'] },
  ]),
  proxy('who no longer acts', [{ id: `${OLD}-ended`, patient: OLD, ended: true }]),
  ...Object.entries(STAFF).map(([role, kinds]) => staff(role, kinds)),
  system('measurements alone', 'system/Observation.rs', ['Observation', 'laboratory']),
  system('results alone', 'system/Observation.rs?category=laboratory', ['laboratory']),
  system('people alone', 'system/Patient.rs system/RelatedPerson.rs', ['Patient', 'RelatedPerson']),
  system('operations alone', 'system/Patient.$launch', []),
];
