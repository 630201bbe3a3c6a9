/** Scopes: grammar and covering. */
import assert from 'node:assert/strict';
import { covers, parseScopes } from '../../src/access/scope.js';

const permissions = (text: string) => parseScopes(text).map(scope => [...scope.permissions].join(''));

describe('scopes', () => {
  it('reads v2 permissions in their order, and nothing else', () => {
    assert.deepEqual(permissions('patient/Observation.rs user/*.cruds system/Patient.d'), ['rs', 'cruds', 'd']);
    for (const bad of [
      'patient/Observation.sr',
      'patient/Observation.',
      'patient/Observation.rr',
      'patient/Observation.x',
    ]) {
      assert.deepEqual(parseScopes(bad), [], bad);
    }
  });

  it('[B40] takes v1 scopes for what they mean', () => {
    assert.deepEqual(permissions('patient/Observation.read user/Task.write system/*.*'), ['rs', 'cud', 'cruds']);
  });

  it('leaves out what is no resource scope', () => {
    const others = 'openid fhirUser launch/patient offline_access patient/observation.rs Patient/Observation.rs a/b.c';
    assert.deepEqual(parseScopes(`${others} constructor patient/Observation.constructor`), []);
  });

  it('keeps granular restrictions as sent', () => {
    const [scope] = parseScopes('patient/Observation.rs?category=http://x|laboratory');
    assert.equal(scope?.query, 'category=http://x|laboratory');
    assert.deepEqual(parseScopes('system/Patient.$invite?x=1'), []);
  });

  it('[B40] tells reading from searching', () => {
    const read = parseScopes('patient/Observation.r');
    const search = parseScopes('patient/Observation.s');
    assert.equal(covers(read, { type: 'Observation', permission: 'r' }), true);
    assert.equal(covers(read, { type: 'Observation', permission: 's' }), false);
    assert.equal(covers(search, { type: 'Observation', permission: 'r' }), false);
    assert.equal(covers(read, { type: 'Patient', permission: 'r' }), false);
  });

  it('keeps operations apart from interactions', () => {
    const invite = parseScopes('system/Patient.$invite');
    assert.equal(covers(invite, { type: 'Patient', operation: 'invite' }), true);
    assert.equal(covers(invite, { type: 'Patient', operation: 'enroll' }), false);
    assert.equal(covers(invite, { type: 'Patient', permission: 'r' }), false);
    assert.equal(covers(parseScopes('system/*.cruds'), { type: 'Patient', operation: 'invite' }), false);
    assert.equal(covers(parseScopes('system/*.$*'), { type: 'Patient', operation: 'invite' }), true);
  });
});
