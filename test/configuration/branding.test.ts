/** The organization's name, addresses and icon on e-mails and pages, with the next of each. */
import assert from 'node:assert/strict';
import { eachPortal, parameters, stranger } from '../portal/journey.js';

const OWN = 'https://portico.health/fhir';
/** One pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>');

eachPortal(journey => {
  const brand = (extension: object[]) => {
    const code = { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code: 'portal-configuration' }] };
    const settings = { extension: [{ url: `${OWN}/StructureDefinition/portal-settings`, extension }] };
    const body = { resourceType: 'Basic', id: 'portal-configuration', ...(extension.length > 0 ? settings : {}), code };
    return journey().expect(200, 'demo-system', 'PUT', 'Basic/portal-configuration', body);
  };

  const invitation = async () => {
    const person = stranger();
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const [mail] = await journey().mails(person.email);
    return mail ?? assert.fail('no e-mail');
  };

  const pageText = async (path: string): Promise<string> =>
    (await fetch(new URL(path, journey().server.portal))).text();

  it('[RN-27] e-mails and pages show name, application and postal address, each as it is then', async () => {
    const address = '1 River <Street> & Co, Springfield';
    await brand([
      { url: 'organization-title', valueString: 'Riverside Health' },
      { url: 'application-title', valueString: 'MyRiverside' },
      { url: 'postal-address', valueString: address },
      { url: 'help-telephone', valueString: '+1 555 0100' },
    ]);
    const { text = '', html = '' } = await invitation();
    for (const shown of ['Riverside Health', address, '+1 555 0100']) assert.ok(text.includes(shown), shown);
    const escaped = '1 River &lt;Street&gt; &amp; Co, Springfield';
    for (const shown of ['Riverside Health · MyRiverside', escaped]) assert.ok(html.includes(shown), shown);
    assert.ok((await pageText('/not-for-me')).includes(escaped));
    await brand([{ url: 'postal-address', valueString: 'Elsewhere 2' }]);
    const next = await invitation();
    assert.ok(next.text?.includes('Elsewhere 2') && !next.html?.includes('MyRiverside'));
    assert.ok((await pageText('/preferences')).includes('Elsewhere 2'));
  });

  it('[RN-27] an icon that is a PNG stands in e-mails; one that mail programs do not show is left out', async () => {
    await brand([{ url: 'icon', valueAttachment: { contentType: 'image/png', data: PNG } }]);
    const { html = '', attachments } = await invitation();
    assert.match(html, /<img src="cid:icon" alt=""/);
    const [picture, ...others] = attachments;
    assert.deepEqual([picture?.contentId, picture?.mimeType, others.length], ['<icon>', 'image/png', 0]);
    assert.equal(Buffer.from(picture?.content as Uint8Array).toString('base64'), PNG);
    await brand([{ url: 'icon', valueAttachment: { contentType: 'image/svg+xml', data: SVG.toString('base64') } }]);
    const drawn = await invitation();
    assert.deepEqual([drawn.html?.includes('<img'), drawn.attachments.length], [false, 0]);
    assert.match(await pageText('/'), /<img class="mark" src="\/assets\/icon\.[0-9a-f]+\.svg"/);
    await brand([]);
  });
});
