/** The way into an account: an invitation or an activation, then a user name and a password of one's own. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { eachMembership, PASSWORD, signIn, token, type Portal } from './members.js';

const BIRTH_DATE = '1980-02-03';

interface Person {
  email: string;
  userName: string;
  values: Record<string, string>;
}

const stranger = (): Person => {
  const unique = token();
  const email = `${unique}@example.org`;
  return {
    email,
    userName: `user-${unique}`,
    values: { family: `Family${unique}`, given: 'Noor', birthDate: BIRTH_DATE, email },
  };
};

const parameters = (values: Record<string, string>) => ({
  resourceType: 'Parameters',
  parameter: Object.entries(values).map(([name, value]) =>
    name === 'birthDate' ? { name, valueDate: value } : { name, valueString: value },
  ),
});

const codeIn = (text: string, page: string): string => new RegExp(`${page}#([0-9A-Z-]+)`).exec(text)?.[1] ?? '';

type Entrance = 'invitation' | 'activation';

/** Invites or enrolls somebody; resolves with the code that they got. */
async function codeFor({ fhir, mails }: Portal, entrance: Entrance, { values, email }: Person): Promise<string> {
  await fhir('demo-ehr', 'POST', `Patient/$${entrance === 'invitation' ? 'invite' : 'enroll'}`, parameters(values));
  const code = codeIn((await mails(email)).at(-1)?.text ?? '', entrance);
  assert.match(code, /^[0-9A-Z-]{39}$/);
  return code;
}

const verify = async (browser: PageVisitor, entrance: Entrance, code: string, birthDate = BIRTH_DATE): Promise<Page> =>
  browser.send(await browser.get(`/${entrance}`), { code, birthDate });

const choose = (browser: PageVisitor, page: Page, userName: string, password = PASSWORD, again = password) =>
  browser.send(page, { userName, password, again });

function entering(entrance: Entrance, row: string): (portal: () => Portal) => void {
  return portal => {
    it(`[${row}] [RN-14] code and birth date, then credentials, then the person signs in`, async () => {
      const person = stranger();
      const code = await codeFor(portal(), entrance, person);
      const browser = portal().visitor();
      const page = await choose(browser, await verify(browser, entrance, code), person.userName);
      assert.match(page.text, /Your account is ready/);
      const account = await browser.send(page, { userName: person.userName, password: PASSWORD });
      assert.match(account.text, new RegExp(person.userName));
      assert.ok(!account.text.includes(code));
    });

    it('[C03] [C02] opening the page and verifying use nothing up; the account does, once', async () => {
      const person = stranger();
      const code = await codeFor(portal(), entrance, person);
      const browser = portal().visitor();
      for (let i = 0; i < 3; i++) {
        for (const method of ['GET', 'HEAD']) await browser.request(`/${entrance}?code=${code}`, { method });
        assert.equal((await verify(browser, entrance, code)).status, 200);
      }
      await choose(browser, await verify(browser, entrance, code), person.userName);
      const again = await verify(browser, entrance, code);
      const unknown = await verify(browser, entrance, code.replace(/^.{4}/, '0000'));
      assert.deepEqual([again.status, unknown.status], [410, 410]);
      const bare = ({ text }: Page) => text.replace(/value="[^"]*"/g, '');
      assert.equal(bare(again), bare(unknown));
    });

    it('[C02] [R17] of many at once exactly one gets the account, and one the user name', async () => {
      const person = stranger();
      const code = await codeFor(portal(), entrance, person);
      const browsers = Array.from({ length: 6 }, () => portal().visitor());
      const pages = await Promise.all(browsers.map(browser => verify(browser, entrance, code)));
      const answers = await Promise.all(pages.map((page, i) => choose(browsers[i]!, page, `${person.userName}.${i}`)));
      const ready = answers.filter(({ text }) => text.includes('Your account is ready'));
      assert.equal(ready.length, 1);
      const rivals = [stranger(), stranger()];
      const codes = [];
      for (const rival of rivals) codes.push(await codeFor(portal(), entrance, rival));
      const both = await Promise.all(
        codes.map(async one => {
          const browser = portal().visitor();
          return choose(browser, await verify(browser, entrance, one), `both-${person.userName}`);
        }),
      );
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 422]);
      assert.match(both.find(({ status }) => status === 422)?.text ?? '', /Somebody else has this user name/);
    });

    it('[C05] [C08] a wrong birth date names nothing, and the fifth ends the code', async () => {
      const person = stranger();
      const code = await codeFor(portal(), entrance, person);
      const browser = portal().visitor();
      for (let i = 0; i < 5; i++) assert.equal((await verify(browser, entrance, code, '1981-02-03')).status, 422);
      assert.equal((await verify(browser, entrance, code)).status, 410);
    });
  };
}

function refusing(entrance: Entrance): (portal: () => Portal) => void {
  return portal => {
    it('[C02] a code that is over opens nothing, not even between its two pages', async () => {
      const person = stranger();
      const code = await codeFor(portal(), entrance, person);
      const browser = portal().visitor();
      const page = await verify(browser, entrance, code);
      portal().world.advance(60 * 24 * 3600_000);
      const late = await choose(browser, page, person.userName);
      assert.equal(late.status, 410);
    });

    it('[C19] weak passwords and odd user names are refused with a reason, and change nothing', async () => {
      const person = stranger();
      const code = await codeFor(portal(), entrance, person);
      const browser = portal().visitor();
      const page = await verify(browser, entrance, code);
      const refused: [string, string, RegExp][] = [
        [person.userName, 'sh0rtish', /too short/],
        [person.userName, 'x1'.repeat(65), /too long/],
        [person.userName, 'password2026!!', /easily guessed/],
        [person.userName, `${person.userName}1234567`, /holds your user name/],
        [person.userName, 'four quiet\0herons', /cannot be typed/],
        ['a b', PASSWORD, /user name cannot be used/],
        ['x', PASSWORD, /user name cannot be used/],
      ];
      for (const [userName, password, reason] of refused) {
        const answer = await choose(browser, page, userName, password);
        assert.equal(answer.status, 422);
        assert.match(answer.text, reason);
        assert.ok(!answer.text.includes(password), 'the password is not sent back');
      }
      assert.match((await choose(browser, page, person.userName, PASSWORD, 'other')).text, /not the same/);
      assert.match(
        (await choose(browser, page, person.userName, 'é'.normalize('NFD').repeat(30))).text,
        /easily guessed/,
      );
      const good = await choose(browser, page, person.userName, '  Zwölf Störche über Böhmen '.normalize('NFD'));
      assert.match(good.text, /Your account is ready/);
      const signedIn = await signIn(portal().visitor(), { ...person, password: '  Zwölf Störche über Böhmen ' });
      assert.equal(signedIn.status, 200);
      assert.equal(
        (await signIn(portal().visitor(), { ...person, password: 'Zwölf Störche über Böhmen' })).status,
        401,
      );
    });

    it('[C16] a browser in which somebody else is signed in gives the account to nobody but its owner', async () => {
      const [first, second] = [stranger(), stranger()];
      const browser = portal().visitor();
      for (const person of [first, second]) {
        const code = await codeFor(portal(), entrance, person);
        const page = await choose(browser, await verify(browser, entrance, code), person.userName);
        const account = await browser.send(page, { userName: person.userName, password: PASSWORD });
        assert.match(account.text, new RegExp(person.userName));
      }
      assert.match(
        (await signIn(portal().visitor(), { ...first, password: PASSWORD })).text,
        new RegExp(first.userName),
      );
    });
  };
}

const both =
  (...parts: readonly ((portal: () => Portal) => void)[]) =>
  (portal: () => Portal): void =>
    parts.forEach(tests => tests(portal));

eachMembership('an invitation on its page', both(entering('invitation', 'PC-3'), refusing('invitation')));
eachMembership('an activation on its page', both(entering('activation', 'PC-4'), refusing('activation')), 'production');
eachMembership(
  'an invitation redeemed by an app',
  portal => {
    it('[PC-2] [PC-3] makes an account that waits, whose activation goes to the contact on record', async () => {
      const person = stranger();
      const code = await codeFor(portal(), 'invitation', person);
      const redeemed = await portal().fhir(
        '',
        'POST',
        'Patient/$redeem-invitation',
        parameters({ code, birthDate: BIRTH_DATE }),
      );
      assert.equal(redeemed['active'], false);
      const activation = codeIn((await portal().mails(person.email)).at(-1)?.text ?? '', 'activation');
      const browser = portal().visitor();
      const page = await choose(browser, await verify(browser, 'activation', activation), person.userName);
      assert.match(page.text, /Your account is ready/);
    });
  },
  'production',
);
