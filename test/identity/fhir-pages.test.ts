/** FHIR addresses opened in a browser: a page with the rights of whoever is signed in there. */
import assert from 'node:assert/strict';
import { eachMembership, signIn, type Portal } from './members.js';

/** As Chromium sends it when somebody opens an address. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

const opened = { accept: BROWSER };
const asked = { headers: opened };

const audited = async ({ fhir }: Portal, patient: string): Promise<string> =>
  JSON.stringify(await fhir('demo-system', 'GET', `AuditEvent?patient=${patient}&_count=50`));

eachMembership('FHIR in a browser', portal => {
  it('[B02] shows a member their own record, and of others what it shows of nothing', async () => {
    const { visitor, member } = portal();
    const [dana, other] = [await member(), await member()];
    const browser = visitor();
    await signIn(browser, dana);
    const own = await browser.request(`/fhir/portal/${dana.patient}`, asked);
    assert.equal(own.status, 200);
    assert.match(own.headers.get('content-type') ?? '', /^text\/html/);
    assert.ok(own.text.includes(dana.email));
    const shown = /<pre class="json"[^>]*><code>(.*)<\/code>/s.exec(own.text)?.[1] ?? '';
    const stored = await portal().fhir('demo-system', 'GET', dana.patient);
    assert.equal(shown.replace(/<[^>]*>/g, '').replaceAll('&quot;', '"'), JSON.stringify(stored, null, 2));
    const hidden = await browser.request(`/fhir/portal/${other.patient}`, asked);
    const absent = await browser.request(`/fhir/portal/Patient/none`, asked);
    assert.deepEqual([hidden.status, absent.status], [404, 404]);
    assert.equal(hidden.text.replaceAll(other.patient, 'X'), absent.text.replaceAll('Patient/none', 'X'));
    const search = await browser.request('/fhir/portal/Patient?_count=50', asked);
    assert.ok(search.text.includes(`href="/fhir/portal/${dana.patient}"`));
    assert.ok(!search.text.includes(other.patient));
    assert.match(await audited(portal(), dana.patient), /portico-pages/);
  });

  it('asks whoever is not signed in to do so, and leads back', async () => {
    const { visitor, member } = portal();
    const dana = await member();
    const browser = visitor(opened);
    const path = `/fhir/portal/${dana.patient}`;
    const page = await browser.get(path);
    assert.equal(page.status, 401);
    assert.ok(!page.text.includes(dana.email));
    const [, link = ''] = /href="(\/sign-in\?return=[^"]*)"/.exec(page.text) ?? [];
    const back = await signIn(browser, dana, link.replaceAll('&amp;', '&'));
    assert.equal(back.path, path);
    const elsewhere = await signIn(browser, dana, '/sign-in?return=//evil.example/fhir/portal/');
    assert.equal(elsewhere.path.split('?')[0], '/account');
  });

  it('[A10] gives the session of a browser to pages alone: neither data, nor writes, nor pages of other origins have it', async () => {
    const { visitor, member } = portal();
    const dana = await member();
    const browser = visitor();
    await signIn(browser, dana);
    const path = `/fhir/portal/${dana.patient}`;
    const refused = [
      { headers: { accept: 'application/fhir+json' } },
      { headers: { accept: '*/*' } },
      { headers: { ...opened, authorization: 'Bearer wrong' } },
      { method: 'DELETE', headers: opened },
    ];
    for (const one of refused) assert.equal((await browser.request(path, one)).status, 401, JSON.stringify(one));
    const post = { method: 'POST', headers: { ...opened, 'content-type': 'application/fhir+json' }, body: '{}' };
    assert.equal((await browser.request('/fhir/portal/Communication', post)).status, 401);
    const page = await browser.request(path, { headers: { ...opened, origin: 'https://evil.example' } });
    assert.equal(page.headers.get('access-control-allow-origin'), null);
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'self'/);
    assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /script-src|unsafe/);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    assert.match(page.headers.get('vary') ?? '', /cookie/);
  });

  it('ends with the session and with the account', async () => {
    const { visitor, member, fhir } = portal();
    const dana = await member();
    const browser = visitor();
    await signIn(browser, dana);
    const path = `/fhir/portal/${dana.patient}`;
    assert.equal((await browser.request(path, asked)).status, 200);
    const person = await fhir('demo-system', 'GET', dana.account);
    await fhir('demo-system', 'PUT', dana.account, { ...person, active: false });
    assert.equal((await browser.request(path, asked)).status, 401);
  });

  it('[A13] writes what a resource holds as text, whatever it holds', async () => {
    const { visitor, member, fhir } = portal();
    const dana = await member();
    const patient = await fhir('demo-system', 'GET', dana.patient);
    const bad = '"><script>alert(1)</script>';
    await fhir('demo-system', 'PUT', dana.patient, {
      ...patient,
      name: [{ text: bad, family: bad }],
      photo: [{ url: 'javascript:alert(1)', title: bad }],
      generalPractitioner: [{ display: bad }],
    });
    const browser = visitor();
    await signIn(browser, dana);
    const { text } = await browser.request(`/fhir/portal/${dana.patient}`, asked);
    assert.ok(text.includes('&lt;script&gt;'));
    assert.ok(!/<script/i.test(text));
    assert.ok(!/href="javascript/i.test(text));
  });

  it('shows searches and histories as links, and their pages', async () => {
    const { visitor, member, fhir } = portal();
    const dana = await member();
    const subject = { reference: dana.patient };
    for (let i = 0; i < 3; i++) {
      const code = { coding: [{ system: 'http://loinc.org', code: '8867-4' }] };
      const effectiveDateTime = `2026-01-0${i + 1}`;
      await fhir('demo-system', 'POST', 'Observation', {
        resourceType: 'Observation',
        status: 'final',
        code,
        subject,
        effectiveDateTime,
      });
    }
    const browser = visitor();
    await signIn(browser, dana);
    const page = await browser.request(`/fhir/portal/Observation?subject=${dana.patient}&_count=2&_sort=date`, asked);
    const [, next = ''] = /href="([^"]*)" rel="next"/.exec(page.text) ?? [];
    const second = await browser.request(next.replaceAll('&amp;', '&'), asked);
    const linksOf = (text: string) =>
      [...text.matchAll(/<li><bdi dir="ltr"><a href="([^"]*)"/g)].map(([, path]) => path);
    assert.deepEqual([page.status, second.status], [200, 200]);
    const all = [...linksOf(page.text), ...linksOf(second.text)];
    assert.deepEqual([all.length, new Set(all).size], [3, 3]);
    const history = await browser.request(`/fhir/portal/${dana.patient}/_history`, asked);
    assert.ok(history.text.includes(`href="/fhir/portal/${dana.patient}/_history/1"`));
    const first = await browser.request(`/fhir/portal/${dana.patient}/_history/1`, asked);
    assert.ok(first.text.includes(`href="/fhir/portal/${dana.patient}"`));
  });

  it('answers by `_format=html` too, in both languages, and applications as ever', async () => {
    const { visitor } = portal();
    const browser = visitor();
    const page = await browser.request('/fhir/portal/metadata?_format=html&lang=ar', { headers: { accept: '*/*' } });
    assert.equal(page.status, 200);
    assert.match(page.text, /<html lang="ar" dir="rtl">/);
    const head = await browser.request('/fhir/portal/metadata', { ...asked, method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
    for (const accept of ['application/*', '*/*', 'application/fhir+json', 'application/fhir+json, text/html;q=0.5']) {
      const json = await browser.request('/fhir/portal/metadata', { headers: { accept } });
      assert.match(json.headers.get('content-type') ?? '', /^application\/fhir\+json/, accept);
    }
    const xml = await browser.request('/fhir/portal/metadata?_format=xml', asked);
    assert.match(xml.headers.get('content-type') ?? '', /^application\/fhir\+xml/);
    const mistake = await browser.request('/fhir/portal/metadata?_pretty=true&unknown=1', asked);
    assert.match(mistake.headers.get('content-type') ?? '', /^text\/html/);
  });
});
