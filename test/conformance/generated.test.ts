/** What the CapabilityStatements declare is what is served, no more and no less: made from the statements, nothing by hand. */
import assert from 'node:assert/strict';
import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js';
import { interactionCodes } from '../../src/interactions/index.js';
import type { SearchParam } from '../../src/search/registry.js';
import { startTestServer } from '../fixtures/server.js';
import { definitions } from '../formats/definitions.js';
import { asBundle, eachRest, errors, outcome, statuses, type Answer, type Rest } from './rest.js';
import { long } from '../fixtures/samples.js';

type Declared = CapabilityStatementRestResource;

async function declared(rest: Rest): Promise<Declared[]> {
  const { body } = await rest.as('').expect(200, 'GET', 'metadata');
  return (body as unknown as CapabilityStatement).rest?.[0]?.resource ?? [];
}

/** On a slow store one type in twelve, all in the long form. */
async function sampled(rest: Rest): Promise<Declared[]> {
  const all = await declared(rest);
  return rest.slow && !long ? all.filter((_entry, at) => at % 12 === 0) : all;
}

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

/** A request of each interaction on a type that has no resource `absent`, and the status it must have where declared. */
const probes: Readonly<Record<string, (rest: Rest, type: string) => Promise<[expected: number, Answer]>>> = {
  read: async (rest, type) => [404, await rest.call('GET', `${type}/absent`)],
  vread: async (rest, type) => [404, await rest.call('GET', `${type}/absent/_history/1`)],
  create: async (rest, type) => [400, await rest.call('POST', type, { resourceType: 'Parameters', x: 1 })],
  update: async (rest, type) => [400, await rest.call('PUT', `${type}/absent`, { resourceType: type, id: 'other' })],
  patch: async (rest, type) => [404, await rest.call('PATCH', `${type}/absent`, '[]', JSON_PATCH)],
  delete: async (rest, type) => [204, await rest.call('DELETE', `${type}/absent`)],
  'search-type': async (rest, type) => [200, await rest.call('GET', `${type}?_count=0`)],
  'history-instance': async (rest, type) => [404, await rest.call('GET', `${type}/absent/_history`)],
  'history-type': async (rest, type) => [200, await rest.call('GET', `${type}/_history?_count=0`)],
};

async function probeAll(rest: Rest, { type, interaction = [] }: Declared): Promise<void> {
  const codes = new Set<string>(interaction.map(({ code }) => code));
  for (const [code, probe] of Object.entries(probes)) {
    const [expected, answer] = await probe(rest, type);
    const what = `${type} ${code}: ${answer.status} ${answer.text.slice(0, 200)}`;
    if (codes.has(code)) assert.equal(answer.status, expected, what);
    else assert.ok(answer.status === 405 || answer.status === 404, what);
    if (answer.status < 400) continue;
    rest.assertOutcome(answer);
    const unsupported = outcome(answer.body).issue[0]?.code === 'not-supported';
    assert.equal(unsupported && answer.status !== 400, !codes.has(code), what);
  }
}

/** Each search as an entry of a batch; the statuses of the answers. */
async function searches(rest: Rest, urls: readonly string[]): Promise<string[]> {
  const answer = await rest.bundle(
    'batch',
    urls.map(url => ({ request: { method: 'GET', url } })),
  );
  const wrong = (asBundle(answer.body).entry ?? []).filter(({ response }) => response?.outcome);
  for (const { response } of wrong) rest.assertOutcome({ body: response?.outcome as never, text: '' });
  return statuses(answer);
}

/** A value that could be meant. */
function plausible({ code, type, components, targets }: SearchParam): string {
  if (code === '_id') return 'abc';
  if (code === 'unread' || code === 'archived') return 'true';
  if (code === 'box') return 'inbox';
  if (code === 'accepts-messages') return 'medical';
  if (type === 'composite') return components.map(part => values[part.type]).join('$');
  return type === 'reference' ? `${targets[0] ?? 'Patient'}/1` : (values[type] ?? assert.fail(type));
}

const values: Readonly<Record<string, string>> = {
  string: 'abc',
  token: 'http%3A%2F%2Fexample.org%7Ccode',
  date: 'ge2020-01-01',
  number: '0.5',
  quantity: '5.40%7Chttp%3A%2F%2Funitsofmeasure.org%7Cmg',
  reference: 'Patient/1',
  uri: 'http%3A%2F%2Fexample.org%2Fx',
  special: 'word',
  near: '47.5%7C-8.25%7C10%7Ckm',
};

/** Values that no syntax of the type allows; types that take any text have none. */
const nonsense: Readonly<Record<string, readonly string[]>> = {
  date: ['nonsense', '2020-02-30', 'gt', '05'],
  number: ['x', 'gt', '1..2'],
  quantity: ['x', '1%7Ca%7Cb%7Cc'],
  token: ['a%7Cb%7Cc'],
  composite: ['x'],
  near: ['x', '91%7C0', '1%7C2%7Cfar'],
};

describe('declared and served', () => {
  it('[PKB-4] a server without customers starts and serves the portal alone', async () => {
    const server = await startTestServer({ env: { PORTICO_DEMO: 'off' } });
    try {
      assert.equal((await fetch(`${server.portal}/metadata`)).status, 200);
      assert.equal((await fetch(`${server.customer}/metadata`)).status, 404);
    } finally {
      await server.close();
    }
  });

  const endpoints = { only: ['portal', 'customer', 'facade'] } as const;
  eachRest(rest => {
    it('[R1] [PKB-4] [PKB-6] the statement is read without a token and is valid', async () => {
      const { body } = await rest().as('').expect(200, 'GET', 'metadata');
      assert.deepEqual(errors(rest().server.app.parts.validator.validate(body)), []);
      assert.equal(body['kind'], 'instance');
      assert.equal((body['implementation'] as { url?: string }).url, rest().base);
      const summary = await rest().as('').expect(200, 'GET', 'metadata?_summary=true');
      assert.ok(summary.text.length < JSON.stringify(body).length);
      await rest().as('').expect(200, 'GET', 'metadata?mode=full');
    });

    it('[R14] [PKB-4] every interaction is served as declared on every type; the others are refused', async () => {
      for (const entry of await sampled(rest())) await probeAll(rest(), entry);
    });

    it('[R68] [PKB-4] the compartments that are declared can be searched, and no others', async () => {
      const { body } = await rest().as('').expect(200, 'GET', 'metadata');
      const { compartment = [], resource = [] } = (body as unknown as CapabilityStatement).rest?.[0] ?? {};
      assert.ok(compartment.length > 0);
      const searched = resource.map(async ({ type }) => {
        const answer = await rest().expect(404, 'GET', `${type}/absent/*`);
        return outcome(answer.body).issue[0]?.code === 'not-found' ? definitions.compartment(type)?.['url'] : [];
      });
      assert.deepEqual((await Promise.all(searched)).flat().sort(), [...compartment].sort());
    });

    it('[R14] types that are not declared are 404', async () => {
      const types = new Set((await declared(rest())).map(({ type }) => type));
      const others = definitions.resourceTypes.filter(type => !types.has(type as Declared['type']));
      assert.equal(types.size + others.length, 146);
      for (const type of [...others, 'Foo', 'DomainResource', 'constructor', '__proto__']) {
        const { body } = await rest().expect(404, 'GET', type);
        assert.equal(outcome(body).issue[0]?.code, 'not-supported', type);
      }
    });

    it('[PKB-4] every declared search parameter takes a value of its type; nonsense is 400', async () => {
      const { registry } = rest().server.app.parts;
      const wrong: string[] = [];
      for (const { type, searchParam = [] } of await sampled(rest())) {
        const params = searchParam.map(({ name }) => registry.get(type, name) ?? assert.fail(`${type}.${name}`));
        const good = params.map(param => `${type}?${param.code}=${plausible(param)}`);
        const bad = params.flatMap(param =>
          (nonsense[param.type] ?? []).map(value => `${type}?${param.code}=${value}`),
        );
        const answers = await searches(rest(), [...good, ...bad]);
        [...good, ...bad].forEach((url, at) => {
          if (answers[at] !== (at < good.length ? '200' : '400')) wrong.push(`${answers[at]} ${url}`);
        });
      }
      assert.deepEqual(wrong, []);
    });

    it('[PKB-4] every declared include and revinclude is taken', async () => {
      for (const { type, searchInclude = [], searchRevInclude = [] } of await sampled(rest())) {
        const urls = [
          ...searchInclude.map(value => `${type}?_count=1&_include=${value}`),
          ...searchRevInclude.map(value => `${type}?_count=1&_revinclude=${value}`),
        ];
        const answers = await searches(rest(), urls);
        assert.deepEqual(
          urls.filter((_url, at) => answers[at] !== '200'),
          [],
        );
      }
    });

    it('[PKB-4] every declared operation is reachable, on the levels its definition gives', async () => {
      const body = { resourceType: 'Parameters' };
      for (const { type, operation = [] } of await declared(rest())) {
        for (const { name, definition } of operation) {
          const { type: onType, instance } = definitions.operation(definition) ?? assert.fail(definition);
          const paths = [...(onType ? [`${type}/$${name}`] : []), ...(instance ? [`${type}/absent/$${name}`] : [])];
          assert.ok(paths.length > 0, definition);
          for (const place of paths) {
            const answer = await rest().call('POST', place, body);
            assert.ok(![401, 405, 500].includes(answer.status), `${place}: ${answer.text}`);
            if (answer.status >= 400) rest().assertOutcome(answer);
            if (answer.status === 404) assert.notEqual(outcome(answer.body).issue[0]?.code, 'not-supported', place);
          }
        }
      }
    });

    it('[PKB-4] system interactions are served as declared', async () => {
      const { body } = await rest().as('').expect(200, 'GET', 'metadata');
      const codes = (body as unknown as CapabilityStatement).rest?.[0]?.interaction?.map(({ code }) => code) ?? [];
      for (const code of codes) assert.ok(interactionCodes.includes(code), code);
      const empty = (type: string): unknown => ({ resourceType: 'Bundle', type });
      await rest().expect(codes.includes('batch') ? 200 : 405, 'POST', '', empty('batch'));
      await rest().expect(codes.includes('transaction') ? 200 : 405, 'POST', '', empty('transaction'));
      await rest().expect(codes.includes('history-system') ? 200 : 405, 'GET', '_history?_count=1');
      await rest().expect(codes.includes('search-system') ? 200 : 405, 'GET', '?_type=Patient&_count=1');
    });
  }, endpoints);
});
