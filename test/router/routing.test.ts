/** Which interaction a method and a path call. https://hl7.org/fhir/R4/http.html#summary */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { Method } from '../../src/fhir/request.js';
import { route } from '../../src/router/routing.js';
import { endpointOf, requestOf } from './parts.js';

const endpoint = endpointOf('Task');
const routed = (method: Method, path: string) => route(endpoint, requestOf(method, path));

/** Kind of the fault, and the methods it offers. */
function refused(method: Method, path: string): [string, string | undefined] {
  try {
    routed(method, path);
  } catch (error) {
    if (error instanceof Fault) return [error.kind, error.detail.headers?.['allow']];
  }
  return assert.fail(`${method} ${path} is served`);
}

describe('router/routing', () => {
  it('finds what the endpoint declares', () => {
    const cases: [Method, string, object][] = [
      ['GET', 'metadata', { interaction: 'capabilities' }],
      ['POST', '', { interaction: 'batch' }],
      ['GET', 'Task', { interaction: 'search-type', type: 'Task' }],
      ['POST', 'Task/_search', { interaction: 'search-type', type: 'Task' }],
      ['POST', 'Task', { interaction: 'create', type: 'Task' }],
      ['HEAD', 'Task/1', { interaction: 'read', type: 'Task', id: '1' }],
      ['PUT', 'Task/1', { interaction: 'update', type: 'Task', id: '1' }],
      [
        'GET',
        'Patient/1/Task',
        { interaction: 'search-type', type: 'Task', compartment: { type: 'Patient', id: '1' } },
      ],
    ];
    const both = endpointOf('Task', {
      resources: new Map([...endpoint.resources, ...endpointOf('Patient').resources]),
    });
    for (const [method, path, expected] of cases) {
      assert.deepEqual(route(both, requestOf(method, path)), { conditional: false, ...expected }, `${method} ${path}`);
    }
    const operation = { name: 'claim', definition: 'urn:claim', level: 'instance' };
    const claim = { interaction: 'operation', operation, conditional: false, type: 'Task', id: '1' };
    assert.deepEqual(routed('POST', 'Task/1/$claim'), claim);
  });

  it('says which methods an address has', () => {
    assert.deepEqual(refused('DELETE', 'Task/1'), ['not-supported', 'GET, HEAD, PUT']);
    assert.deepEqual(refused('PUT', 'Task'), ['not-supported', 'GET, HEAD, POST']);
    assert.deepEqual(refused('GET', ''), ['not-supported', 'POST']);
    assert.deepEqual(refused('GET', 'Task/1/_history'), ['not-supported', '']);
  });

  it('knows no address that is not declared, whatever objects inherit', () => {
    for (const path of [
      'Patient/1',
      'constructor',
      '__proto__',
      'Task/$release',
      'Task/1/$toString',
      'Task/1/Patient',
      'Task/1/Task/2',
      'Task/not_an_id',
      'Task/1/_history/1/2',
    ]) {
      assert.equal(refused('GET', path)[0], 'not-found', path);
    }
    assert.equal(refused('PUT', 'Task/not_an_id')[0], 'invalid');
  });
});
