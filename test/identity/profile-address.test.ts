/** A changed profile takes no account over: codes to sign in go where they went, until the person proves another address. */
import assert from 'node:assert/strict';
import { codeOf, eachMembership, signIn, token, type Member, type Portal } from './members.js';

const SUBJECT = 'Your code for a new password';

/** The record with another e-mail address, as the person's app writes it. */
async function movedTo(
  portal: Portal,
  { account, patient }: Member,
  telecom: object[],
  extension: object[] = [],
): Promise<void> {
  const answer = await fetch(`${portal.server.portal}/${patient}`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${portal.server.token('demo-patient', account)}`,
      'content-type': 'application/json-patch+json',
    },
    body: JSON.stringify([
      { op: 'add', path: '/telecom', value: telecom },
      ...(extension.length === 0 ? [] : [{ op: 'add', path: '/extension', value: extension }]),
    ]),
  });
  assert.equal(answer.status, 200, await answer.text());
}

const subjects = async (portal: Portal, to: string): Promise<string[]> =>
  (await portal.mails(to)).map(({ subject }) => subject);

eachMembership('the profile and signing in', portal => {
  it('[RN-4] [RN-14] a new e-mail address on the record gets notices, and no code of the account', async () => {
    const dana = await portal().member();
    const next = `next-${token()}@example.org`;
    await movedTo(portal(), dana, [{ system: 'email', value: next }]);
    for (const name of [dana.userName, next]) {
      const lost = portal().visitor();
      await lost.send(await lost.get('/password-reset'), { name });
      await portal().mails(next);
    }
    assert.equal((await subjects(portal(), dana.email)).filter(one => one === SUBJECT).length, 2);
    assert.ok(!(await subjects(portal(), next)).includes(SUBJECT));
    const page = await signIn(portal().visitor(), dana);
    assert.ok(page.text.includes(dana.email), 'the page says where codes go');
  });

  it('[RN-4] [RN-14] nor does a mobile telephone, whatever is preferred; a later change leaves the first address', async () => {
    const dana = await portal().member();
    const second = `second-${token()}@example.org`;
    await movedTo(portal(), dana, [{ system: 'email', value: second }]);
    const url = 'https://portico.health/fhir/StructureDefinition/notice-channel';
    const preferred = { url, extension: [{ url: 'channel', valueCode: 'sms' }] };
    await movedTo(portal(), dana, [{ system: 'phone', use: 'mobile', value: '+1 212 555 0123' }], [preferred]);
    const lost = portal().visitor();
    await lost.send(await lost.get('/password-reset'), { name: dana.userName });
    assert.ok((await subjects(portal(), dana.email)).includes(SUBJECT));
    assert.ok(!(await subjects(portal(), second)).includes(SUBJECT));
  });

  it('[RN-4] [RN-14] an address that the person proves is the account’s from then on, whatever the record says', async () => {
    const dana = await portal().member();
    const [proved, contact] = [`proved-${token()}@example.org`, `contact-${token()}@example.org`];
    const browser = portal().visitor();
    const page = await signIn(browser, dana);
    const asked = await browser.send(page, { address: proved, current: dana.password }, '/account/address');
    await browser.send(asked, { code: codeOf(await portal().mails(proved)) });
    await movedTo(portal(), dana, [{ system: 'email', value: contact }]);
    const person = await portal().fhir('demo-system', 'GET', dana.account);
    assert.deepEqual(person['telecom'], [{ system: 'email', value: proved }]);
    const lost = portal().visitor();
    await lost.send(await lost.get('/password-reset'), { name: dana.userName });
    assert.ok((await subjects(portal(), proved)).includes(SUBJECT));
    assert.ok(!(await subjects(portal(), contact)).includes(SUBJECT));
  });
});
