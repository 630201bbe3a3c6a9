/** Templates of messages: what staff insert into an answer, in the patient's language. */
import assert from 'node:assert/strict';
import type { ActivityDefinition, Bundle, CommunicationRequest } from 'fhir/r4.js';
import { actionsOf, OWN } from './desk.js';
import { eachPortal, issue, type Answer, type Caller, type Journey } from './journey.js';
import { template } from './template-resources.js';
import { wording } from './wording-resources.js';

const system: Caller = 'demo-system';
const agent: Caller = 'demo-agent';
const groupManager: Caller = 'demo-agent as Practitioner/demo-manager';
const administrator: Caller = 'demo-agent as Practitioner/demo-administrator';
const configurationManager: Caller = 'demo-agent as Practitioner/demo-configuration-manager';
const DESK = 'Organization/demo-workflow-group';

function templates(journey: () => Journey): void {
  const { make, desk } = actionsOf(journey);
  const put = (who: Caller, body: object): Promise<Answer> =>
    journey().call(who, 'PUT', `ActivityDefinition/${(body as { id: string }).id}`, body);
  const post = (who: Caller, body: object): Promise<Answer> => journey().call(who, 'POST', 'ActivityDefinition', body);
  async function stored(who: Caller, body: object): Promise<ActivityDefinition & { id: string }> {
    const answer = await post(who, body);
    assert.equal(answer.status, 201, answer.text);
    return answer.body as unknown as ActivityDefinition & { id: string };
  }
  const apply = (who: Caller, id: string, query: string): Promise<Answer> =>
    journey().call(who, 'GET', `ActivityDefinition/${id}/$apply?${query}`);
  async function filled(id: string, query: string): Promise<[string | undefined, string | undefined]> {
    const answer = await apply(agent, id, query);
    assert.equal(answer.status, 200, answer.text);
    const { language, payload = [] } = answer.body as unknown as CommunicationRequest;
    return [language, payload[0]?.contentString];
  }
  const speaking = (...codes: string[]): Promise<string> =>
    make({
      ...{ resourceType: 'Patient', active: true, name: [{ family: '{{ author }}', given: ['Ana', 'B'] }] },
      ...(codes.length > 0 && {
        communication: codes.map((code, at) => ({
          language: { coding: [{ system: 'urn:ietf:bcp:47', code }] },
          preferred: at === 1,
        })),
      }),
    });

  it('[MSG-4] [RN-27] an agent gets the words in the patient’s language, or the first one in its place', async () => {
    const { id } = await stored(
      administrator,
      template({ en: 'Hi {{ given }}', ar: 'مرحبًا {{ given }}', 'pt-BR': 'Oi' }),
    );
    for (const [spoken, language, text] of [
      [['en', 'ar-LB'], 'ar', 'مرحبًا Ana'],
      [['pt-BR'], 'pt-BR', 'Oi'],
      [['pt'], 'en', 'Hi Ana'],
      [['fr'], 'en', 'Hi Ana'],
      [[], 'en', 'Hi Ana'],
    ] as const) {
      assert.deepEqual(await filled(id, `subject=${await speaking(...spoken)}`), [language, text], spoken.join());
    }
    assert.deepEqual(await filled(id, `subject=${await speaking('en')}&language=ar`), ['ar', 'مرحبًا Ana']);
    const other = await stored(administrator, template({ fr: 'Bonjour' }));
    assert.deepEqual(await filled(other.id, `subject=${await speaking('en')}`), ['fr', 'Bonjour'], 'it has no other');
  });

  it('[MSG-4] values are names and never templates; nothing is stored or sent', async () => {
    const text = '{{ given }} {{ family }} / {{ group }} / {{ author }}';
    const { id } = await stored(configurationManager, template({ en: text }));
    const patient = await speaking('en');
    const [, said] = await filled(id, `subject=${patient}&organization=Organization/demo-clinical-group`);
    const { body } = await journey().expect(200, agent, 'GET', 'Practitioner/demo-agent');
    const [name] = body['name'] as unknown as { given: string[]; family: string }[];
    assert.equal(said, `Ana {{ author }} / Cedar Valley Family Medicine / ${[...name!.given, name!.family].join(' ')}`);
    const sent = await journey().expect(200, system, 'GET', `Communication?subject=${patient}&_summary=count`);
    assert.equal(sent.body['total'], 0);
    for (const [query, expression] of [
      ['subject=Patient/nobody', 'subject'],
      ['subject=Organization/demo-clinical-group', 'subject'],
      [`subject=${patient}&organization=Patient/demo-patient`, 'organization'],
    ] as const) {
      const answer = await apply(agent, id, query);
      assert.deepEqual(
        [answer.status, issue(answer).expression],
        [404, `Parameters.parameter.where(name='${expression}')`],
      );
    }
  });

  it('[MSG-4] [E04] a template is plain text with the parameters there are', async () => {
    for (const [text, why] of [
      ['Line\nHi <b>{{ given }}</b>', /line 2: .*plain text/],
      ['Hi {{ password }}', /no parameter password/],
      ['Line\n{% if given %}Hi{% endif %}', /line 2: .*no logic/],
      ['Hi {{ given', /not closed/],
      ['{{ given.constructor }}', /no parameter/],
      ['{{ given }}', /renders to nothing/],
    ] as const) {
      const refused = await post(administrator, template({ ar: 'مرحبًا', en: text }));
      assert.equal(refused.status, 422, text);
      const { expression } = issue(refused);
      assert.equal(expression, "ActivityDefinition.extension[1].extension.where(url = 'text').value", text);
      assert.match(refused.text, why);
    }
    const odd = await post(administrator, template({ 'EN-us': 'Hi' }));
    assert.deepEqual([odd.status, issue(odd).expression], [422, 'ActivityDefinition.extension[0]']);
  });

  it('[MSG-4] [MSG-15] administrators write all, managers those of their groups, agents none; each stays what it is', async () => {
    const elsewhere = await desk('Elsewhere');
    const mine = await stored(groupManager, template({ en: 'Mine' }, [DESK]));
    const common = await stored(administrator, template({ en: 'All' }));
    for (const body of [
      template({ en: 'x' }),
      template({ en: 'x' }, [elsewhere.workflow]),
      template({ en: 'x' }, [DESK, elsewhere.workflow]),
    ]) {
      assert.equal((await post(groupManager, body)).status, 403);
    }
    for (const who of [agent, 'demo-clinician', 'demo-patient']) {
      assert.equal((await post(who, template({ en: 'x' }, [DESK]))).status, 403, who);
      assert.equal((await put(who, { ...mine, title: 'Taken' })).status, 403, who);
    }
    assert.equal((await put(groupManager, { ...common, ...template({ en: 'x' }, [DESK]) })).status, 403, 'taken over');
    assert.equal((await put(groupManager, { ...mine, title: 'Better' })).status, 200);
    for (const who of [administrator, groupManager]) {
      assert.equal((await post(who, wording('enrolled', undefined, { en: {} }, { status: 'draft' }))).status, 403, who);
    }
    const turned = { ...common, ...wording('enrolled', undefined, { en: {} }, { status: 'draft' }) };
    assert.equal((await put(configurationManager, turned)).status, 409);
    assert.equal((await journey().call('demo-patient', 'GET', `ActivityDefinition/${mine.id}`)).status, 403);
  });

  it('[MSG-4] agents list those of a group and those for all; one that is not in use is not applied', async () => {
    const { workflow } = await desk('Listing');
    const theirs = await stored(administrator, template({ en: 'Theirs' }, [workflow, DESK]));
    const common = await stored(administrator, template({ en: 'All' }));
    const list = async (query: string): Promise<(string | undefined)[]> => {
      const profile = `_profile=${OWN}/StructureDefinition/message-template`;
      const { body } = await journey().expect(200, agent, 'GET', `ActivityDefinition?${profile}&${query}&_count=100`);
      return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource?.id);
    };
    assert.deepEqual(await list(`status=active&group=${workflow}`), [theirs.id]);
    const all = await list('status=active&group:missing=true');
    assert.deepEqual([all.includes(common.id), all.includes(theirs.id)], [true, false]);
    await put(administrator, { ...theirs, status: 'retired' });
    assert.deepEqual(await list(`status=active&group=${workflow}`), []);
    const query = 'subject=Patient/demo-patient';
    assert.equal((await apply(agent, theirs.id, query)).status, 409);
    assert.equal((await apply(administrator, theirs.id, query)).status, 200, 'who writes it tries it');
    assert.equal((await apply(agent, 'notice-invitation', query)).status, 409);
    assert.equal((await apply('demo-patient', common.id, query)).status, 403);
  });
}

describe('message templates', () => {
  eachPortal(templates);
});
