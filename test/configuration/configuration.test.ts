/** The portal's configuration: read, changed and judged over HTTP, in force with the next request. */
import assert from 'node:assert/strict';
import type { AuditEvent, Basic, Bundle, Extension, OperationOutcome } from 'fhir/r4.js';
import { eachPortal, issue, type Answer } from '../portal/journey.js';

const CONFIGURATION = 'Basic/portal-configuration';
const SETTINGS = 'https://portico.health/fhir/StructureDefinition/portal-settings';
const manager = 'demo-agent as Practitioner/demo-configuration-manager';

const withSettings = (...extension: Extension[]): Basic => ({
  resourceType: 'Basic',
  id: 'portal-configuration',
  ...(extension.length === 0 ? {} : { extension: [{ url: SETTINGS, extension }] }),
  code: { coding: [{ system: 'https://portico.health/fhir/CodeSystem/basic-type', code: 'portal-configuration' }] },
});

eachPortal(journey => {
  const put = (who: string, body: unknown, headers: object = {}): Promise<Answer> =>
    journey().call(who, 'PUT', CONFIGURATION, body, headers);

  it('[RN-24] stands there from the first start, for its managers and systems, and for nobody else', async () => {
    for (const who of ['demo-system', manager]) {
      const { body } = await journey().expect(200, who, 'GET', CONFIGURATION);
      assert.equal((body as unknown as Basic).code.coding?.[0]?.code, 'portal-configuration');
    }
    for (const who of ['demo-patient', 'demo-clinician', 'demo-agent']) {
      const { status } = await journey().call(who, 'GET', CONFIGURATION);
      assert.ok(status === 404 || status === 403, `${who} ${status}`);
      assert.ok([403, 404, 405].includes((await put(who, withSettings())).status), who);
    }
  });

  it('[RN-24] is changed with If-Match, keeps its history, and the audit names each setting before and after', async () => {
    const before = await journey().expect(200, manager, 'GET', CONFIGURATION);
    const etag = before.headers.get('etag') ?? '';
    const changed = withSettings(
      { url: 'organization-title', valueString: 'Riverside' },
      { url: 'replies', valueBoolean: false },
    );
    const answer = await put(manager, changed, { 'if-match': etag, 'x-request-id': 'configuration-change' });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual((answer.body.meta as { profile: string[] }).profile, [
      'https://portico.health/fhir/StructureDefinition/portal-configuration',
    ]);
    assert.equal((await put(manager, changed, { 'if-match': etag })).status, 412);
    const history = await journey().expect(200, manager, 'GET', `${CONFIGURATION}/_history`);
    assert.ok(((history.body as unknown as Bundle).entry ?? []).length >= 2);
    const auditor = 'demo-agent as Practitioner/demo-auditor';
    const { body } = await journey().expect(200, auditor, 'GET', 'AuditEvent?entity:identifier=configuration-change');
    const [event] = ((body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource!);
    assert.deepEqual(event?.entity?.find(({ detail }) => detail)?.detail, [
      { type: 'organization-title', valueString: 'not set → "Riverside"' },
      { type: 'replies', valueString: 'true → false' },
    ]);
    await put(manager, withSettings());
  });

  it('[RN-24] a wrong value is refused with its FHIRPath, and nothing changes', async () => {
    const { body: before } = await journey().expect(200, manager, 'GET', CONFIGURATION);
    const place = 'Basic.extension[0].extension[0]';
    const wrong: [Extension, string, number][] = [
      [{ url: 'time-zone', valueCode: 'Mars/Olympus' }, `${place}.value`, 422],
      [{ url: 'language', valueCode: 'no such' }, `${place}.value`, 422],
      [{ url: 'default-language', valueCode: 'pt' }, `${place}.value`, 422],
      [{ url: 'help-page', valueUrl: 'javascript:alert(1)' }, `${place}.value`, 422],
      [{ url: 'organization-title', valueString: 'two\nlines' }, `${place}.value`, 422],
      [{ url: 'accent-color', valueCode: '#ffff00' }, `${place}.value`, 422],
      [{ url: 'accent-color', valueCode: 'red' }, `${place}.value`, 422],
      [{ url: 'paper-color', valueCode: '#17595a' }, `${place}.value`, 422],
      [{ url: 'icon', valueAttachment: { contentType: 'image/png', data: 'aGVsbG8=' } }, `${place}.value`, 422],
      [{ url: 'replies', valueString: 'off' }, place, 422],
      [{ url: 'no-such-setting', valueBoolean: true }, place, 422],
    ];
    for (const [extension, expression, status] of wrong) {
      const answer = await put(manager, withSettings(extension));
      assert.equal(answer.status, status, JSON.stringify(extension) + answer.text);
      assert.ok(issue(answer).expression?.startsWith(expression), answer.text);
    }
    const other = { ...withSettings(), code: { text: 'something else' } };
    assert.equal((await put(manager, other)).status, 422);
    const { body: after } = await journey().expect(200, manager, 'GET', CONFIGURATION);
    assert.deepEqual(after, before);
  });

  it('[RN-24] is one: no other is made, and this one is not deleted', async () => {
    const create = await journey().call('demo-system', 'POST', 'Basic', withSettings());
    assert.equal(create.status, 422, create.text);
    const another = await journey().call('demo-system', 'PUT', 'Basic/another', { ...withSettings(), id: 'another' });
    assert.equal(another.status, 405, another.text);
    assert.equal((await journey().call('demo-system', 'DELETE', CONFIGURATION)).status, 405);
  });

  it('[RN-24] a patch of one setting binds the next request', async () => {
    await journey().expect(200, manager, 'PUT', CONFIGURATION, withSettings({ url: 'documents', valueBoolean: true }));
    const patch = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: "Basic.extension.extension.where(url = 'documents').value" },
            { name: 'value', valueBoolean: false },
          ],
        },
      ],
    };
    await journey().expect(200, 'demo-patient', 'GET', 'DocumentReference');
    await journey().expect(200, manager, 'PATCH', CONFIGURATION, patch);
    const { body } = await journey().expect(403, 'demo-patient', 'GET', 'DocumentReference/any');
    assert.match((body as unknown as OperationOutcome).issue[0]?.diagnostics ?? '', /organization has switched/);
    await journey().expect(200, manager, 'PUT', CONFIGURATION, withSettings());
    await journey().expect(404, 'demo-patient', 'GET', 'DocumentReference/any');
  });

  it('[RN-24] is not for systems without a scope for it; its versions are read, its patches conditional', async () => {
    assert.equal((await journey().call('demo-ehr', 'GET', CONFIGURATION)).status, 403);
    assert.equal((await journey().call('demo-ehr', 'PUT', CONFIGURATION, withSettings())).status, 403);
    const { headers, body } = await journey().expect(200, manager, 'PUT', CONFIGURATION, withSettings());
    const [etag, version] = [headers.get('etag') ?? '', (body.meta as { versionId: string }).versionId];
    const settings = [{ url: SETTINGS, extension: [{ url: 'replies', valueBoolean: false }] }];
    const patch = [{ op: 'add', path: '/extension', value: settings }];
    const type = { 'content-type': 'application/json-patch+json' };
    await journey().expect(200, manager, 'PATCH', CONFIGURATION, patch, { ...type, 'if-match': etag });
    await journey().expect(412, manager, 'PATCH', CONFIGURATION, patch, { ...type, 'if-match': etag });
    const old = await journey().expect(200, manager, 'GET', `${CONFIGURATION}/_history/${version}`);
    assert.equal((old.body as unknown as Basic).extension, undefined);
    const wrong = [{ op: 'replace', path: '/extension/0/extension/0', value: { url: 'proxy-age', valueInteger: 200 } }];
    const refused = await journey().expect(422, manager, 'PATCH', CONFIGURATION, wrong, type);
    assert.equal(issue(refused).expression, 'Basic.extension[0].extension[0].value');
    await journey().expect(200, manager, 'PUT', CONFIGURATION, withSettings());
  });

  it('[RN-24] is changed in a transaction as by itself: judged, all or nothing, and named by the audit', async () => {
    const bundle = (...extension: Extension[]) => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ request: { method: 'PUT', url: CONFIGURATION }, resource: withSettings(...extension) }],
    });
    const refused = await journey().call(manager, 'POST', '', bundle({ url: 'time-zone', valueCode: 'Mars/Olympus' }));
    assert.equal(refused.status, 422, refused.text);
    assert.match(issue(refused).expression ?? '', /extension\[0\]\.extension\[0\]\.value/);
    const headers = { 'x-request-id': 'configuration-transaction' };
    const changed = await journey().call(manager, 'POST', '', bundle({ url: 'replies', valueBoolean: false }), headers);
    assert.equal(changed.status, 200, changed.text);
    const auditor = 'demo-agent as Practitioner/demo-auditor';
    const { body } = await journey().expect(
      200,
      auditor,
      'GET',
      'AuditEvent?entity:identifier=configuration-transaction',
    );
    const events = ((body as unknown as Bundle<AuditEvent>).entry ?? []).map(({ resource }) => resource!);
    const details = events.flatMap(({ entity = [] }) => entity.flatMap(({ detail }) => detail ?? []));
    assert.deepEqual(details, [{ type: 'replies', valueString: 'true → false' }]);
    await put(manager, withSettings());
  });
});
