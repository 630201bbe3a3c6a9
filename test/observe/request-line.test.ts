import assert from 'node:assert/strict';
import { routePattern } from '../../src/observe/request-line.js';

const portal = { path: '/fhir/portal' };
const given = { id: 'canary', versionId: 'canary', conditional: false };

describe('observe/request-line', () => {
  it('keeps what is declared and replaces what a caller chose', () => {
    const everything = { name: 'everything', definition: 'x', level: 'instance' as const };
    const patterns = [
      routePattern(portal, { ...given, interaction: 'read', type: 'Patient' }),
      routePattern(portal, { ...given, interaction: 'vread', type: 'Patient' }),
      routePattern(portal, { ...given, interaction: 'history-instance', type: 'Patient' }),
      routePattern(portal, { ...given, interaction: 'operation', type: 'Patient', operation: everything }),
      routePattern(portal, { interaction: 'search-type', type: 'Patient', conditional: false }),
      routePattern(portal, {
        interaction: 'search-type',
        type: 'Task',
        compartment: { type: 'Patient', id: 'canary' },
        conditional: false,
      }),
      routePattern(portal, { interaction: 'capabilities', conditional: false }),
      routePattern(portal, { interaction: 'transaction', conditional: false }),
      routePattern(portal, undefined),
    ];
    assert.deepEqual(patterns, [
      '/fhir/portal/Patient/:id',
      '/fhir/portal/Patient/:id/_history/:version',
      '/fhir/portal/Patient/:id/_history',
      '/fhir/portal/Patient/:id/$everything',
      '/fhir/portal/Patient',
      '/fhir/portal/Patient/:id/Task',
      '/fhir/portal/metadata',
      '/fhir/portal',
      '/fhir/portal/(none)',
    ]);
  });
});
