/** `/.well-known/portal-configuration`: open, cached by its tag, bound by each change. */
import assert from 'node:assert/strict';
import type { Basic, Endpoint } from 'fhir/r4.js';
import { eachPortal } from '../portal/journey.js';

const OWN = 'https://portico.health/fhir';

interface Document {
  organization: { title?: string; telephone?: string };
  languages: string[];
  defaultLanguage: string;
  features: Record<string, boolean>;
  applications: { name: string; address: string }[];
  credentials: string;
}

const type = { system: `${OWN}/CodeSystem/endpoint-type`, code: 'application' };
const inner = { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'hl7-fhir-rest' };

const application = (name: string, connectionType = type): Endpoint => ({
  resourceType: 'Endpoint',
  status: 'active',
  name,
  connectionType,
  payloadType: [{ text: 'any' }],
  address: `https://${name}.example.org`,
});

eachPortal(journey => {
  const get = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(new URL('/.well-known/portal-configuration', journey().server.portal), { headers });
  const document = async (): Promise<Document> => (await get()).json() as Promise<Document>;

  const put = (extension: object[]) => {
    const code = { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code: 'portal-configuration' }] };
    const settings = { extension: [{ url: `${OWN}/StructureDefinition/portal-settings`, extension }] };
    const body = { resourceType: 'Basic', id: 'portal-configuration', ...settings, code } as Basic;
    return journey().expect(200, 'demo-system', 'PUT', 'Basic/portal-configuration', body);
  };

  it('[PC-11] says without a token what the organization is called, its languages and what is on', async () => {
    await put([
      { url: 'organization-title', valueString: 'Riverside "Health"' },
      { url: 'language', valueCode: 'ar' },
      { url: 'default-language', valueCode: 'ar' },
      { url: 'questions-billing', valueBoolean: false },
    ]);
    const { organization, languages, defaultLanguage, features } = await document();
    assert.deepEqual(organization, { title: 'Riverside "Health"' });
    assert.deepEqual([languages, defaultLanguage], [['ar'], 'ar']);
    assert.deepEqual([features['questions-billing'], features['questions-medical']], [false, true]);
  });

  it('[PC-11] is the same until something changes, and then is new with the next request', async () => {
    const first = await get();
    const etag = first.headers.get('etag') ?? '';
    assert.equal(first.headers.get('access-control-allow-origin'), '*');
    assert.equal((await get({ 'if-none-match': etag })).status, 304);
    await put([{ url: 'organization-title', valueString: 'Hillside' }]);
    const changed = await get({ 'if-none-match': etag });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.get('etag'), etag);
  });

  it('[PC-11] names the active applications, as the search of Endpoints does, and no other endpoint', async () => {
    await journey().expect(201, 'demo-system', 'POST', 'Endpoint', application('inner', inner));
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'Endpoint', application('mobile'));
    const named = async () => (await document()).applications.map(({ name, address }) => ({ name, address }));
    assert.deepEqual(await named(), [{ name: 'mobile', address: 'https://mobile.example.org' }]);
    const moved = { ...application('mobile'), id: body.id, address: 'https://m.example.org' };
    await journey().expect(200, 'demo-system', 'PUT', `Endpoint/${String(body.id)}`, moved);
    assert.deepEqual(await named(), [{ name: 'mobile', address: 'https://m.example.org' }]);
    await journey().expect(200, 'demo-system', 'PUT', `Endpoint/${String(body.id)}`, { ...moved, status: 'off' });
    assert.deepEqual(await named(), []);
  });

  it('[PC-11] leads nowhere but to the web, and says whose credentials people sign in with', async () => {
    const script = { ...application('script'), address: 'javascript:alert(1)' };
    await journey().expect(201, 'demo-system', 'POST', 'Endpoint', script);
    const { applications, credentials } = await document();
    assert.deepEqual([applications.filter(({ name }) => name === 'script'), credentials], [[], 'own']);
  });
});
