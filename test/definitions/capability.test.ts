import assert from 'node:assert/strict';
import { withoutCompartmentPaths } from '../../src/access/compartment-paths.js';
import { withoutOpeningFunction } from '../../src/access/functions.js';
import { loadEndpoints, sharedPartition } from '../../src/definitions/capability.js';
import { checkEndpoints, type Implementation } from '../../src/definitions/check.js';
import type { Definitions } from '../../src/definitions/definitions.js';
import type { Endpoint } from '../../src/definitions/endpoint.js';
import { loadDefinitions } from '../../src/definitions/load.js';
import type { JsonObject } from '../../src/fhir/resource.js';
import { interactionCodes } from '../../src/interactions/index.js';
import { operationDefinitions } from '../fixtures/operations.js';
import { createRegistry } from '../../src/search/registry.js';
import { createValidator } from '../../src/validate/validator.js';

const OWN = 'https://portico.health/fhir/StructureDefinition';
const MARK_READ = 'https://portico.health/fhir/OperationDefinition/Communication-mark-read';

const definitions = loadDefinitions(process.cwd());
const load = (enforced = false): Endpoint[] =>
  loadEndpoints(process.cwd(), {
    publicUrl: 'https://portal.example',
    customers: [{ key: 'demo', referencesEnforced: enforced }],
    definitions,
  });
const [portal, customer] = load() as [Endpoint, Endpoint];
const behind: Implementation = {
  definitions,
  registry: createRegistry(definitions.searchParameters()),
  operations: operationDefinitions,
  interactions: interactionCodes,
  withoutCompartmentPaths,
  withoutOpeningFunction,
};

describe('definitions/capability', () => {
  it('[PKB-6] [R2] [R3] compiles a statement for each endpoint', () => {
    assert.deepEqual(
      [portal, customer].map(({ name, path, url, partition }) => ({ name, path, url, partition })),
      [
        { name: 'portal', path: '/fhir/portal', url: 'https://portal.example/fhir/portal', partition: 'portal' },
        {
          name: 'customer',
          path: '/fhir/customer/demo',
          url: 'https://portal.example/fhir/customer/demo',
          partition: 'demo',
        },
      ],
    );
    for (const { statement, url } of [portal, customer]) {
      assert.equal(statement['kind'], 'instance');
      assert.equal(statement['fhirVersion'], '4.0.1');
      assert.equal((statement['implementation'] as JsonObject)['url'], url);
      assert.ok((statement['format'] as string[]).includes('application/fhir+json'));
    }
  });

  it('[R1] serves statements that are valid themselves', () => {
    const validator = createValidator(definitions, { root: process.cwd() });
    for (const { statement } of [portal, customer]) assert.deepEqual(validator.validate(statement), []);
  });

  it('[PKB-4] declares every type and search parameter for customers', () => {
    assert.equal(customer.resources.size, 146);
    const declared = new Set([...customer.resources.values()].flatMap(entry => [...entry.searchParams.values()]));
    const left = definitions
      .searchParameters()
      .filter(({ url }) => !declared.has(url as string) && !String(url).startsWith(`${definitions.own.base}/`));
    assert.ok(![...declared].some(url => url.startsWith(definitions.own.base)), 'the portal’s own are the portal’s');
    assert.deepEqual(left.map(({ code }) => code).sort(), ['_query']);
    const observation = customer.resources.get('Observation');
    assert.equal(observation?.updateCreate, true);
    assert.equal(observation.conditionalDelete, 'multiple');
    assert.ok(observation.includes.has('Observation:subject'));
  });

  it('enforces references on the portal, and for customers who ask for it', () => {
    const enforced = (endpoint: Endpoint | undefined) => endpoint?.resources.get('Observation')?.referencesEnforced;
    assert.deepEqual([portal, customer, load(true)[1]].map(enforced), [true, false, true]);
  });

  it('compiles once what customers share', () => {
    const customers = ['a', 'b'].map(key => ({ key, referencesEnforced: false }));
    const [, a, b] = loadEndpoints(process.cwd(), { publicUrl: 'https://portal.example', customers, definitions });
    assert.equal(a?.resources, b?.resources);
    assert.deepEqual([a?.partition, b?.partition, b?.url], ['a', 'b', 'https://portal.example/fhir/customer/b']);
  });

  it('names a partition that two endpoints would write to, and that a union is called by', () => {
    assert.equal(sharedPartition([portal, customer]), undefined);
    const union = { ...portal, partition: 'demo', view: { partitions: ['portal', 'x'], readOnly: true } };
    assert.equal(sharedPartition([portal, customer, union]), 'demo');
    const readOnly = { ...portal, view: { partitions: ['portal'], readOnly: true } };
    assert.equal(sharedPartition([portal, customer, readOnly]), undefined);
    assert.equal(sharedPartition([portal, portal]), 'portal');
  });

  it('lets auditors read AuditEvent, and nobody write it', () => {
    assert.deepEqual([...(portal.resources.get('AuditEvent')?.interactions ?? [])], ['read', 'search-type']);
  });
});

describe('definitions/check', () => {
  it('finds declarations and code in agreement', () => {
    assert.deepEqual(checkEndpoints([portal, customer], behind), []);
  });

  const patient = portal.resources.get('Patient')!;
  const gapsOf = (change: Partial<typeof patient>, with_: Partial<Implementation> = {}): string[] => {
    const changed = { ...patient, ...change };
    const resources = new Map([...portal.resources, [changed.type, changed]]);
    return checkEndpoints([{ ...portal, resources }, customer], { ...behind, ...with_ });
  };

  it('names interactions that write where nothing is written, and versions of what has none', () => {
    const readOnly = { ...portal, view: { partitions: ['portal', 'demo'], readOnly: true } };
    const gaps = checkEndpoints([readOnly, customer], behind);
    assert.ok(gaps.includes('/fhir/portal: Patient: the interaction create writes, and nothing is written here'));
    assert.ok(gaps.includes('/fhir/portal: the interaction transaction writes, and nothing is written here'));
    assert.ok(!gaps.some(gap => gap.includes('interaction read ')));
    assert.deepEqual(gapsOf({ versioning: 'no-version' }), [
      '/fhir/portal: Patient: the interaction vread is of a type without versions',
    ]);
  });

  it('names every gap at once', () => {
    const gaps = gapsOf(
      {
        searchParams: new Map([
          ...patient.searchParams,
          ['x', 'http://x'],
          ['name', 'http://hl7.org/fhir/SearchParameter/Patient-link'],
        ]),
        revincludes: new Set(['Observation:nothing']),
        operations: new Map([...patient.operations, ['x', { name: 'x', definition: 'http://x' }]]),
      },
      {
        withoutCompartmentPaths: types => types.filter(type => type === 'Task'),
        withoutOpeningFunction: types => types.filter(type => type === 'Person'),
      },
    );
    assert.deepEqual(gaps.sort(), [
      '/fhir/customer/demo: Person: has no line in the table of the functions of proxies',
      '/fhir/customer/demo: Task: has no line in the table of compartment paths',
      '/fhir/portal: Patient: the include Observation:nothing names no declared search parameter',
      '/fhir/portal: Patient: the operation $x has no definition http://x',
      '/fhir/portal: Patient: the operation $x has no handler',
      '/fhir/portal: Patient: the search parameter name is defined by http://hl7.org/fhir/SearchParameter/Patient-name, not http://hl7.org/fhir/SearchParameter/Patient-link',
      '/fhir/portal: Patient: the search parameter x has no definition http://x',
      '/fhir/portal: Person: has no line in the table of the functions of proxies',
      '/fhir/portal: Task: has no line in the table of compartment paths',
    ]);
  });

  it('[PC-5] names operations for patients that no function of their proxies opens', () => {
    const named = (valueCode?: string) => ({
      ...definitions.operation(MARK_READ),
      extension: [
        { url: `${OWN}/required-scope`, valueString: 'patient/Communication.$mark-read' },
        ...(valueCode === undefined ? [] : [{ url: `${OWN}/required-function`, valueCode }]),
      ],
    });
    const gapsWith = (definition: JsonObject) => {
      const operation = (url: string) => (url === MARK_READ ? definition : definitions.operation(url));
      return checkEndpoints([portal, customer], {
        ...behind,
        definitions: Object.assign(Object.create(definitions) as Definitions, { operation }),
      });
    };
    const start = '/fhir/portal: Communication: the operation $mark-read';
    assert.deepEqual(gapsWith(named('messages')), []);
    assert.deepEqual(gapsWith(named()), [`${start} is for patients, and names no required-function of their proxies`]);
    assert.deepEqual(gapsWith(named('gossip')), [`${start} requires the function gossip, which is none`]);
  });

  it('names code that no endpoint declares, and declarations without code', () => {
    const canonicals = () => [
      'https://portico.health/fhir/OperationDefinition/z',
      'http://hl7.org/fhir/OperationDefinition/z',
    ];
    const added = {
      definitions: { ...definitions, canonicals },
      operations: [...behind.operations, 'http://y'],
      interactions: [...behind.interactions.filter(code => code !== 'read'), 'dance'],
    };
    const gaps = gapsOf({}, added);
    assert.ok(gaps.includes('the operation http://y has a handler, and no endpoint declares it'));
    assert.deepEqual(
      gaps.filter(gap => gap.includes('has a definition')),
      ['the operation https://portico.health/fhir/OperationDefinition/z has a definition, and no endpoint declares it'],
    );
    assert.ok(gaps.includes('the interaction dance has a handler, and no endpoint declares it'));
    assert.ok(gaps.includes('/fhir/portal: Patient: the interaction read has no handler'));
  });

  it('names compartments of types that are not served', () => {
    const device = 'http://hl7.org/fhir/CompartmentDefinition/device';
    const compartments = new Set([...portal.compartments, device]);
    assert.deepEqual(checkEndpoints([{ ...portal, compartments }, customer], behind), [
      `/fhir/portal: the compartment ${device} is of no type served here`,
    ]);
  });

  it('names types and profiles without definitions, and expressions that do not compile', () => {
    assert.match(gapsOf({ type: 'Patience' }).join('\n'), /Patience: is no resource type/);
    const without = { ...definitions, structure: () => undefined };
    assert.match(gapsOf({}, { definitions: without }).join('\n'), /Task: the profile \S+invitation has no definition/);
    const broken = {
      get: () => {
        throw new Error('bad path');
      },
    };
    assert.match(gapsOf({}, { registry: broken }).join('\n'), /the search parameter name does not compile: bad path/);
  });
});
