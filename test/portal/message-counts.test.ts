/** Countable messages: a tag that the server sets by rule, and exact numbers of a span of time for administrators. */
import assert from 'node:assert/strict';
import type { Communication, Parameters, ParametersParameter } from 'fhir/r4.js';
import { asMessage, eachPortal, issue, type Caller } from './journey.js';
import { administrator, member, type Member } from './relations.js';

const OWN = 'https://portico.health/fhir';
const TAGS = `${OWN}/CodeSystem/message-count`;
const group = { reference: 'Organization/demo-clinical-group' };
const clinician = { reference: 'Practitioner/demo-clinician' };

const tagsOf = ({ meta }: Pick<Communication, 'meta'>) =>
  (meta?.tag ?? []).filter(({ system }) => system === TAGS).map(({ code }) => code);

/** Rows as `value… messages countable`, without names. */
const rowsIn = ({ parameter = [] }: Parameters): string[] =>
  parameter
    .filter(({ name }) => name === 'row')
    .map(({ part = [] }) => part.map(valueOf).join(' '))
    .toSorted();

const valueOf = ({ valueReference, valueCode, valueInteger }: ParametersParameter): string =>
  valueReference?.reference ?? valueCode ?? String(valueInteger);

const totalsIn = ({ parameter = [] }: Parameters): unknown[] =>
  ['messages', 'countable'].map(wanted => parameter.find(({ name }) => name === wanted)?.valueInteger);

describe('numbers of messages', () => {
  eachPortal(journey => {
    let ruth: Member;
    const message = (kind: string, more: object): object => {
      const category = [{ coding: [{ system: `${OWN}/CodeSystem/message-category`, code: kind }] }];
      const payload = [{ contentString: 'x' }];
      return { resourceType: 'Communication', status: 'completed', category, payload, ...more };
    };
    const post = async (who: Caller, kind: string, more: object): Promise<Communication> =>
      asMessage(await journey().expect(201, who, 'POST', 'Communication', message(kind, more)));
    const byGroup = (more: object = {}) =>
      post('demo-system', 'general', { subject: { reference: ruth.patient }, sender: group, ...more });
    const measured = async (query: string): Promise<Parameters> =>
      (await journey().expect(200, administrator, 'GET', `Communication/$measure-messages?${query}`))
        .body as unknown as Parameters;
    /** Lets time pass until this instant. */
    const until = (instant: string): void => journey().pass(Date.parse(instant) - Date.now());

    before(async () => {
      ruth = await member(journey(), 'Ruth');
    });

    it('[MSG-16] a message that names a provider is countable, one of a group alone is not; nobody else sets the tag', async () => {
      const forged = {
        meta: {
          tag: [
            { system: TAGS, code: 'countable' },
            { system: 'urn:other', code: 'kept' },
          ],
        },
      };
      const alone = await byGroup(forged);
      assert.deepEqual(tagsOf(alone), ['not-countable']);
      assert.ok(
        alone.meta?.tag?.some(({ code }) => code === 'kept'),
        'other tags are left alone',
      );
      const named = await post('demo-clinician', 'general', { subject: { reference: ruth.patient } });
      assert.deepEqual(tagsOf(named), ['countable']);
      assert.deepEqual(tagsOf(await post(ruth.who, 'medical', { recipient: [group] })), ['not-countable']);
      assert.deepEqual(tagsOf(await post(ruth.who, 'medical', { recipient: [group, clinician] })), ['countable']);
      const draft = await post('demo-clinician', 'general', {
        status: 'preparation',
        ...forged,
        subject: { reference: ruth.patient },
      });
      assert.deepEqual(tagsOf(draft), [], 'a draft is not sent yet');
      const sent = await journey().expect(200, 'demo-clinician', 'PUT', `Communication/${draft.id}`, {
        ...draft,
        status: 'completed',
      });
      assert.deepEqual(tagsOf(asMessage(sent)), ['countable']);
      const { body } = await journey().expect(200, 'demo-system', 'GET', `Communication/${alone.id}`);
      const changed = await journey().expect(200, 'demo-system', 'PUT', `Communication/${alone.id}`, {
        ...body,
        ...forged,
      });
      assert.deepEqual(tagsOf(asMessage(changed)), ['not-countable'], 'nor afterwards');
      const found = await journey().expect(
        200,
        'demo-system',
        'GET',
        `Communication?_tag=${TAGS}|not-countable&_id=${alone.id}&_summary=count`,
      );
      assert.equal(found.body['total'], 1);
    });

    it('[MSG-16] counts exactly what was sent in a span, from its start to before its end, by the portal’s time zone', async () => {
      const manager = 'demo-agent as Practitioner/demo-configuration-manager';
      await journey().expect(200, manager, 'PUT', 'Basic/portal-configuration', {
        resourceType: 'Basic',
        id: 'portal-configuration',
        extension: [
          {
            url: `${OWN}/StructureDefinition/portal-settings`,
            extension: [{ url: 'time-zone', valueCode: 'Europe/Vienna' }],
          },
        ],
        code: { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code: 'portal-configuration' }] },
      });
      until('2030-01-31T22:30:00Z');
      const first = await byGroup();
      await post('demo-system', 'billing', { subject: { reference: ruth.patient }, sender: clinician });
      await post('demo-system', 'medical', {
        subject: { reference: ruth.patient },
        sender: { reference: ruth.patient },
        recipient: [group, clinician],
      });
      await post('demo-system', 'general', {
        status: 'preparation',
        subject: { reference: ruth.patient },
        sender: group,
      });
      journey().pass(3_600_000);
      const second = await byGroup();
      const retracted = await byGroup();
      await journey().expect(200, 'demo-system', 'PUT', `Communication/${retracted.id}`, {
        ...retracted,
        status: 'entered-in-error',
      });
      assert.deepEqual(totalsIn(await measured('start=2030-01&end=2030-02')), [3, 2]);
      assert.deepEqual(totalsIn(await measured('start=2030-02-01&end=2030-03-01')), [1, 0]);
      assert.deepEqual(totalsIn(await measured('start=2030&end=2031')), [4, 2]);
      assert.deepEqual(totalsIn(await measured(`start=${first.sent}&end=${second.sent}`)), [3, 2], 'half-open');
      assert.deepEqual(totalsIn(await measured('start=2031&end=2032')), [0, 0]);
      assert.deepEqual(rowsIn(await measured('start=2030&end=2031&by=group')), [
        '1 1',
        'Organization/demo-clinical-group 3 1',
      ]);
      assert.deepEqual(rowsIn(await measured('start=2030&end=2031&by=direction&by=kind')), [
        'billing to-patient 1 1',
        'general to-patient 2 0',
        'medical from-patient 1 1',
      ]);
      assert.deepEqual(rowsIn(await measured('start=2030&end=2031&by=provider&by=group')), [
        'Organization/demo-clinical-group 2 0',
        'Organization/demo-clinical-group Practitioner/demo-clinician 1 1',
        'Practitioner/demo-clinician 1 1',
      ]);
      const parameter = [
        { name: 'start', valueDateTime: '2030' },
        { name: 'end', valueDateTime: '2031' },
        { name: 'provider', valueReference: clinician },
      ];
      const posted = await journey().expect(200, administrator, 'POST', 'Communication/$measure-messages', {
        resourceType: 'Parameters',
        parameter,
      });
      assert.deepEqual(totalsIn(posted.body as unknown as Parameters), [2, 2], 'of one provider');
    });

    it('[MSG-16] [F16] as comma-separated values no cell is a formula, and a spreadsheet reads back what was there', async () => {
      const name = '=HYPERLINK("http://x"), Group';
      const { body } = await journey().expect(200, 'demo-system', 'GET', group.reference);
      await journey().expect(200, 'demo-system', 'PUT', group.reference, { ...body, name });
      const query = 'start=2030&end=2031&by=group&by=kind&_outputFormat=text/csv';
      for (const accept of ['text/csv', '*/*']) {
        const answer = await journey().expect(
          200,
          administrator,
          'GET',
          `Communication/$measure-messages?${query}`,
          undefined,
          { accept },
        );
        assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
        assert.match(answer.headers.get('content-disposition') ?? '', /^attachment/);
        assert.deepEqual(answer.text.replace('\uFEFF', '').split('\r\n'), [
          'group,group name,kind,messages,countable',
          ',,billing,1,1',
          `Organization/demo-clinical-group,"'=HYPERLINK(""http://x""), Group",general,2,0`,
          `Organization/demo-clinical-group,"'=HYPERLINK(""http://x""), Group",medical,1,1`,
          '',
        ]);
      }
      await journey().expect(200, 'demo-system', 'PUT', group.reference, { ...body });
    });

    it('[MSG-16] is for administrators and systems with the scope; what makes no span is refused', async () => {
      const asked = 'Communication/$measure-messages?start=2030&end=2031';
      for (const who of [ruth.who, 'demo-clinician', 'demo-agent', 'demo-ehr'])
        assert.equal((await journey().call(who, 'GET', asked)).status, 403, who);
      assert.equal((await journey().call('', 'GET', asked)).status, 401);
      assert.equal((await journey().call('demo-system', 'GET', asked)).status, 200);
      const wrong = [
        'start=2030',
        'start=2031&end=2030',
        'start=2030&end=2030',
        'start=soon&end=2031',
        'start=2030-02-30&end=2031',
      ];
      for (const query of [
        ...wrong,
        'start=2030&end=2031&by=patient',
        'start=2030&end=2031&_outputFormat=application/pdf',
      ]) {
        const refused = await journey().call(administrator, 'GET', `Communication/$measure-messages?${query}`);
        assert.equal(refused.status, 400, `${query}: ${refused.text}`);
        assert.ok(issue(refused).code);
      }
    });
  });
});
