/** Audit entries as AuditEvents. */
import assert from 'node:assert/strict';
import { auditEvent } from '../../../src/observe/audit/audit-event.js';
import { loadDefinitions } from '../../../src/definitions/load.js';
import { createValidator } from '../../../src/validate/validator.js';
import { entry } from './process.js';

describe('audit events', () => {
  it('[D17] name who, by which client, what, about whom, and how it ended', () => {
    const reasons = ['find the account'];
    const event = auditEvent('e', entry('r', { actor: 'Patient/1', action: '$mark-read', status: 403, reasons }));
    const { type: _type, source: _source, ...rest } = event;
    assert.deepEqual(rest, {
      resourceType: 'AuditEvent',
      id: 'e',
      meta: { lastUpdated: '2026-01-02T03:04:05.000Z' },
      subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'operation', display: '$mark-read' }],
      action: 'E',
      recorded: '2026-01-02T03:04:05.000Z',
      outcome: '4',
      outcomeDesc: 'HTTP 403',
      purposeOfEvent: [{ text: 'find the account' }],
      agent: [
        { who: { reference: 'Patient/1' }, altId: 'Patient/1', requestor: true },
        { altId: 'app', name: 'app', requestor: false },
      ],
      entity: [
        {
          what: { reference: 'Communication/m' },
          type: { system: 'http://hl7.org/fhir/resource-types', code: 'Communication' },
        },
        {
          what: { reference: 'Patient/1' },
          type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1', display: 'Person' },
          role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1', display: 'Patient' },
        },
        {
          what: { identifier: { value: 'r' } },
          type: { system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', code: 'XrequestId' },
        },
      ],
    });
  });

  it('are valid, whatever the request was', () => {
    const root = process.cwd();
    const validator = createValidator(loadDefinitions(root), { root });
    const interactions = [
      'read',
      'vread',
      'update',
      'patch',
      'delete',
      'create',
      'batch',
      'transaction',
      'capabilities',
    ];
    const wide = ['history-instance', 'history-type', 'history-system', 'search-type', 'search-system'];
    for (const action of [...interactions, ...wide, '$claim', 'GET', 'POST']) {
      for (const [target, actor] of [
        ['', ''],
        ['Patient', 'client:x'],
        ['Patient/1', 'Person/1'],
        ['Task/1', 'Practitioner/1'],
      ] as const) {
        const event = auditEvent('e', entry('r', { action, target, actor, client: '' }));
        const errors = validator.validate(event).filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors, [], `${action} ${target}`);
      }
    }
  });

  it('say how a request ended, and what kind it was', () => {
    const outcome = (status: number) => auditEvent('e', entry('r', { status }))['outcome'];
    assert.deepEqual([200, 304, 401, 404, 500, 503].map(outcome), ['0', '0', '4', '4', '8', '8']);
    const action = (code: string) => auditEvent('e', entry('r', { action: code }))['action'];
    assert.deepEqual(['create', 'read', 'update', 'delete', 'search-type'].map(action), ['C', 'R', 'U', 'D', 'E']);
  });
});
