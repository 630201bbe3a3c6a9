/**
 * What a token can do in the end, against a model: what the client is registered for, what the person may do, and what they chose, one
 * after the other. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isSlow } from '../fixtures/storages.js';
import { eachApp } from './each-app.js';
import { app as appMetadata, register } from './registering.js';

/** By whom each type can be searched at all. */
const OPEN = {
  Patient: ['patient', 'staff'],
  Observation: ['patient', 'staff'],
  Communication: ['patient', 'staff'],
  Organization: ['patient', 'staff'],
  DocumentReference: ['patient', 'staff'],
  AuditEvent: [],
} as const;

type Type = keyof typeof OPEN;
const TYPES = Object.keys(OPEN) as Type[];
const redirect = 'https://app.example.org/back';

const PEOPLE = {
  'Person/demo-patient': 'patient',
  'Practitioner/demo-clinician': 'staff',
} as const;

const types = fc.subarray(TYPES, { minLength: 1 });
const cases = fc.record({
  registered: fc.option(types, { nil: undefined }),
  asked: fc.option(types, { nil: undefined }),
  left: fc.subarray(TYPES),
  person: fc.constantFrom(...(Object.keys(PEOPLE) as (keyof typeof PEOPLE)[])),
});

/** undefined: of all types. */
const scopesOf = (of: readonly Type[] | undefined): string =>
  of === undefined ? 'patient/*.rs' : of.map(type => `patient/${type}.rs`).join(' ');

eachApp('effective rights', surroundings => {
  it('[R126] [R127] [B41] [A29] registration ∩ role ∩ choice, and nothing else', async () => {
    const { app, server, storage } = surroundings();
    const numRuns = isSlow(storage) ? 3 : 15;
    await fc.assert(
      fc.asyncProperty(cases, async ({ registered, asked, left, person }) => {
        const scope = `launch/patient ${scopesOf(registered)}`;
        const { body } = await register(server, appMetadata({ scope }));
        const asking = {
          ...{ client: String(body['client_id']), redirect, person },
          scope: `launch/patient ${scopesOf(asked)}`,
        };
        const role = PEOPLE[person];
        const expected = TYPES.filter(
          type =>
            (registered ?? TYPES).includes(type) &&
            (asked ?? TYPES).includes(type) &&
            (OPEN[type] as readonly string[]).includes(role) &&
            !left.includes(type),
        );
        const done = await app.ask(asking);
        if (done.shown.text === '') {
          assert.equal(new URL(done.shown.url).searchParams.get('error'), 'invalid_scope');
          assert.ok(!(registered ?? TYPES).some(type => (asked ?? TYPES).includes(type)));
          return;
        }
        let page = await app.signIn(done, person);
        if (role === 'staff' && page.status === 200) {
          page = await done.jar.open(`${page.url}?find=Whitfield`, done.redirect);
        }
        const keep = (offered: string[]) => offered.filter(one => !left.some(type => one.includes(`/${type}.`)));
        const end = await app.allow(done, page, { choose: keep });
        const back = new URL(end.url);
        if (back.searchParams.get('code') === null) {
          assert.deepEqual([back.searchParams.get('error'), expected], ['access_denied', []], end.text);
          return;
        }
        const { body: tokens } = await app.exchange({ ...done, shown: end, back });
        for (const type of TYPES) {
          const status = await app.read(tokens['access_token'], `${type}?_count=1`);
          assert.equal(status, expected.includes(type) ? 200 : 403, `${type} of ${String(tokens['scope'])}`);
        }
      }),
      { numRuns },
    );
  });
});
