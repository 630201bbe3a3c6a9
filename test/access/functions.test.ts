/** What each function of a proxy opens, of every type that patients have of their own. */
import assert from 'node:assert/strict';
import { createPolicy } from '../../src/access/policy.js';
import { compartmentPaths } from '../../src/access/compartment-paths.table.js';
import { withoutOpeningFunction } from '../../src/access/functions.js';
import { openingFunctions } from '../../src/access/functions.table.js';
import { guard } from '../../src/access/guarded-store.js';
import type { Resource } from '../../src/fhir/resource.js';
import { proxyFunctions, type ProxyFunction } from '../../src/fhir/proxy-basis.table.js';
import { actor, found, portal, put, reference, ROLE_SYSTEM, type Portal } from './fixture.js';

const owned = Object.entries(compartmentPaths).flatMap(([type, paths]): [string, readonly string[]][] =>
  Array.isArray(paths) ? [[type, paths as readonly string[]]] : [],
);

/** `{ payee: { party: … } }`, or in lists: the postings are the same. */
const nested = (path: string, value: object): object =>
  path.split('.').reduceRight<object>((inner, name) => ({ [name]: inner }), value);

const ownOf = (patient: string) =>
  owned.map(([type, [path = '']]): Resource & { id: string } => ({
    resourceType: type,
    id: type === 'Patient' ? patient : `${type.toLowerCase()}${patient}`,
    ...(type === 'Patient' ? {} : nested(path, reference(`Patient/${patient}`))),
  }));

const category = (code: string) => [{ coding: [{ code }] }];
const contents = [
  { resourceType: 'Observation', id: 'laboratory', subject: reference('Patient/1'), category: category('laboratory') },
  { resourceType: 'Observation', id: 'imaging', subject: reference('Patient/1'), category: category('imaging') },
  {
    ...{ resourceType: 'Observation', id: 'both', subject: reference('Patient/1') },
    category: [...category('vital-signs'), ...category('laboratory')],
  },
  {
    ...{ resourceType: 'List', id: 'favourites', subject: reference('Patient/1') },
    code: { coding: [{ code: 'favourites' }] },
  },
  { resourceType: 'Observation', id: 'vital', subject: reference('Patient/1'), category: category('vital-signs') },
  ...['Communication', 'DocumentReference', 'DiagnosticReport', 'Media', 'QuestionnaireResponse', 'Task'].map(type => ({
    ...{ resourceType: 'Binary', id: `of-${type}`, securityContext: reference(`${type}/${type.toLowerCase()}1`) },
  })),
];

const proxyFor = (functions: readonly string[] | undefined, more: object = {}) =>
  actor('patient', 'patient/*.cruds', {
    patients: ['1'],
    identities: ['Person/1', 'RelatedPerson/r'],
    ...(functions && { reach: new Map([['Patient/1', new Set(functions)]]) }),
    ...more,
  });

const rules = {
  ...{ compile: () => assert.fail(), holdsAudit: true, holdsDrafts: true },
  ...{ roleSystem: ROLE_SYSTEM, containers: [] },
};

describe('functions of proxies', () => {
  let store: Portal;
  const seen = async (who: ReturnType<typeof proxyFor>): Promise<string[]> => {
    const narrowed = guard(store.store, createPolicy(who, rules));
    return (await Promise.all(owned.map(([type]) => found(narrowed, type)))).flat().toSorted();
  };

  before(async () => {
    store = await portal(...[...ownOf('1'), ...ownOf('2'), ...contents].map(one => put(one)));
  });
  after(() => store.store.close());

  it('[PC-5] [B37] every type that patients have of their own has a line, and no other', () => {
    assert.deepEqual(Object.keys(openingFunctions).toSorted(), owned.map(([type]) => type).toSorted());
    assert.deepEqual(withoutOpeningFunction(['Patient', 'Slot', 'Bundle', 'constructor']), []);
  });

  it('[PC-5] all functions open all that is the patient’s, and nothing of others', async () => {
    const all = [...ownOf('1'), ...contents].map(({ resourceType, id }) => `${resourceType}/${id}`).toSorted();
    assert.deepEqual(await seen(proxyFor(undefined)), all);
  });

  const opened: Readonly<Record<ProxyFunction, readonly string[]>> = {
    'read-record': ['Condition/condition1', 'Observation/vital', 'Observation/observation1', 'Encounter/encounter1'],
    'read-results': ['DiagnosticReport/diagnosticreport1', 'Observation/laboratory', 'Observation/imaging'],
    'read-documents': ['DocumentReference/documentreference1', 'Binary/of-DocumentReference', 'Binary/binary1'],
    messages: ['Communication/communication1', 'Binary/of-Communication', 'RelatedPerson/relatedperson1'],
    appointments: ['Appointment/appointment1', 'AppointmentResponse/appointmentresponse1'],
    pay: ['Invoice/invoice1', 'Account/account1', 'ExplanationOfBenefit/explanationofbenefit1'],
    consent: ['Consent/consent1'],
    profile: ['Person/person1', 'RelatedPerson/relatedperson1'],
    tasks: ['Task/task1', 'Binary/of-Task', 'QuestionnaireResponse/questionnaireresponse1'],
    visits: ['Encounter/encounter1'],
  };
  const onlyWith: Readonly<Record<string, readonly ProxyFunction[]>> = {
    'Condition/condition1': ['read-record'],
    'Observation/vital': ['read-record'],
    'Observation/laboratory': ['read-results'],
    'Observation/both': ['read-results'],
    'DiagnosticReport/diagnosticreport1': ['read-results'],
    'Binary/of-DiagnosticReport': ['read-results'],
    'Binary/of-Media': ['read-results'],
    'DocumentReference/documentreference1': ['read-documents'],
    'Binary/of-DocumentReference': ['read-documents'],
    'Communication/communication1': ['messages'],
    'Binary/of-Communication': ['messages'],
    'Appointment/appointment1': ['appointments'],
    'Invoice/invoice1': ['pay'],
    'Consent/consent1': ['consent'],
    'Task/task1': ['tasks'],
    'Encounter/encounter1': ['visits', 'read-record'],
    'Provenance/provenance1': [],
    'List/list1': [],
    'List/favourites': ['messages'],
    'Basic/basic1': [],
  };

  for (const name of proxyFunctions as readonly ProxyFunction[]) {
    it(`[PC-5] ${name} opens what it names, and nothing that another function opens alone`, async () => {
      const all = await seen(proxyFor([name]));
      assert.ok(all.includes('Patient/1'), 'whoever does anything knows for whom');
      assert.ok(!all.includes('Patient/2'));
      for (const one of opened[name]) assert.ok(all.includes(one), one);
      for (const [one, functions] of Object.entries(onlyWith)) {
        assert.equal(all.includes(one), functions.includes(name), one);
      }
    });
  }

  it('[PC-5] functions are of one patient each', async () => {
    const reach = new Map([
      ['Patient/1', new Set(['read-results'])],
      ['Patient/2', new Set(['messages'])],
    ]);
    const all = await seen(proxyFor([], { patients: ['1', '2'], reach }));
    assert.deepEqual(
      [all.includes('Communication/communication1'), all.includes('Communication/communication2')],
      [...[false, true]],
    );
    assert.ok(
      all.includes('DiagnosticReport/diagnosticreport1') && !all.includes('DiagnosticReport/diagnosticreport2'),
    );
  });

  it('[PC-5] proxies see the relation by which they act', async () => {
    const who = proxyFor(['pay'], { identities: ['Person/1', 'RelatedPerson/relatedperson1'] });
    assert.ok((await seen(who)).includes('RelatedPerson/relatedperson1'));
    assert.ok(!(await seen(proxyFor(['pay']))).includes('RelatedPerson/relatedperson1'));
  });

  it('[PC-5] all functions by name are the query of one who names none', () => {
    const filterOf = (who: ReturnType<typeof proxyFor>, type: string) =>
      createPolicy(who, rules).reach({ type, permission: 's' });
    for (const [type] of owned.filter(
      ([one]) => !['Basic', 'Contract', 'List', 'Provenance', 'RelatedPerson'].includes(one),
    ))
      assert.deepEqual(filterOf(proxyFor(proxyFunctions), type), filterOf(proxyFor(undefined), type), type);
  });

  it('[PC-5] patients write what the function of it opens, and change preferences with profile alone', () => {
    const write = (functions: readonly string[], resource: Resource & { id: string }, permission: 'c' | 'u') =>
      createPolicy(proxyFor(functions), rules).accepts(put(resource), permission);
    const question = {
      resourceType: 'Communication',
      id: 'q',
      subject: reference('Patient/1'),
      sender: reference('RelatedPerson/r'),
    };
    const record = { resourceType: 'Patient', id: '1' };
    assert.deepEqual([write(['messages'], question, 'c'), write(['profile', 'tasks'], question, 'c')], [true, false]);
    assert.deepEqual([write(['profile'], record, 'u'), write(['read-record', 'messages'], record, 'u')], [true, false]);
  });
});
