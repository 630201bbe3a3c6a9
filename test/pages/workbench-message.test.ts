/** Messages that staff begin at the Workbench: in whose name, with the words of a template. */
import assert from 'node:assert/strict';
import type { Bundle, Communication } from 'fhir/r4.js';
import { eachMembership, token } from '../identity/members.js';
import type { Page } from '../fixtures/page-visitor.js';
import { actionsOf, coding, OWN, reference } from '../portal/desk.js';
import { asMessage, Journey } from '../portal/journey.js';
import { chooseAgent, signedInAgent } from './agent.js';

const MESSAGE = '/workbench/message';
const GROUP = 'Organization/demo-workflow-group';

eachMembership('messages that staff begin at the Workbench', portal => {
  const journey = (): Journey => new Journey(portal().server, portal().storage, { ahead: 0 });
  const { ask, make, desk, write, reply } = actionsOf(journey);
  before(() => chooseAgent(portal()));

  const options = ({ text }: Page, select: string): string[] => {
    const [, content = ''] = new RegExp(`<select id="${select}".*?>(.*?)</select>`, 's').exec(text) ?? [];
    return [...content.matchAll(/<option value="([^"]*)"/g)].map(([, value = '']) => value);
  };
  async function sentAbout(subject: string): Promise<Communication[]> {
    const { body } = await journey().expect(200, 'demo-patient', 'GET', 'Communication?_sort=-sent&_count=50');
    const all = ((body as unknown as Bundle<Communication>).entry ?? []).flatMap(({ resource }) => resource ?? []);
    return all.filter(({ topic }) => topic?.text === subject);
  }

  it('[MSG-17] [MSG-13] [MSG-12] staff write in the name of a group, of a provider, or their own; for no other', async () => {
    const browser = await signedInAgent(portal());
    const page = await browser.get(`${MESSAGE}?patient=Patient/demo-patient`);
    const senders = options(page, 'sender');
    assert.deepEqual(
      ['Organization/demo-clinical-group', 'Practitioner/demo-clinician', 'Practitioner/demo-agent'].filter(
        one => !senders.includes(one),
      ),
      [],
    );
    for (const sender of ['Organization/demo-clinical-group', 'Practitioner/demo-agent']) {
      const subject = token();
      const fields = { subject, sender, category: 'medical', text: 'Please call <us>.', do: 'send' };
      const sent = await browser.send(page, fields, MESSAGE);
      assert.match(sent.text, /role="status">The message is sent/);
      const [message] = await sentAbout(subject);
      assert.deepEqual(
        [message?.sender?.reference, message?.payload?.[0]?.contentString],
        [sender, 'Please call <us>.'],
      );
      assert.equal(message?.category?.[0]?.coding?.[0]?.code, 'medical');
    }
    const { clinical } = await desk('Elsewhere');
    const subject = token();
    const fields = { subject, sender: clinical, category: 'general', text: 'No', do: 'send' };
    const refused = await browser.send(page, fields, MESSAGE);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /No<\/textarea/);
    assert.deepEqual(await sentAbout(subject), []);
    const empty = await browser.send(page, { ...fields, sender: 'Practitioner/demo-agent', text: ' ' }, MESSAGE);
    assert.equal(empty.status, 422);
    assert.equal((await browser.get(`${MESSAGE}?patient=Patient/absent`)).status, 404);
  });

  it('[MSG-4] the words of a template join what is typed, in the patient’s language; nothing is sent by that', async () => {
    const templateText = (language: string, text: string) => ({
      url: `${OWN}/StructureDefinition/template-text`,
      extension: [
        { url: 'language', valueCode: language },
        { url: 'text', valueString: text },
      ],
    });
    const title = `Ready ${token()}`;
    const made = await make({
      ...{ resourceType: 'ActivityDefinition', title, status: 'active', kind: 'CommunicationRequest' },
      code: coding('activity-type', 'message-template'),
      extension: [templateText('en', 'Hello {{ given }}.'), templateText('ar', 'مرحبًا {{ given }}.')],
      useContext: [
        {
          code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'user' },
          valueReference: reference(GROUP),
        },
      ],
    });
    const browser = await signedInAgent(portal());
    const page = await browser.get(`${MESSAGE}?patient=Patient/demo-patient`);
    assert.ok(options(page, 'template').includes(made));
    const subject = token();
    const inserted = await browser.send(page, { subject, text: 'First', template: made, do: 'insert' }, MESSAGE);
    assert.match(inserted.text, /First\s+Hello Dana\.<\/textarea/);
    assert.deepEqual(await sentAbout(subject), []);
    const gone = await browser.send(
      inserted,
      { text: 'Mine', template: 'ActivityDefinition/absent', do: 'insert' },
      MESSAGE,
    );
    assert.equal(gone.status, 404);
    assert.match(gone.text, /Mine<\/textarea/);
  });

  it('[MSG-13] an answer to a message of one’s own lies in one’s own inbox, is marked, answered, and nobody else’s', async () => {
    const subject = `Plan ${token()}`;
    const dana = reference('Patient/demo-patient');
    const begun = await write('demo-agent', { subject: dana, recipient: [dana], topic: { text: subject } });
    assert.equal(begun.status, 201, begun.text);
    const told = await reply(asMessage(begun), {
      payload: [{ contentString: 'Thank you <3' }],
      topic: { text: subject },
    });
    const asked = `Question ${token()}`;
    await ask(['Organization/demo-clinical-group'], { topic: { text: asked } });
    const browser = await signedInAgent(portal());
    const inbox = await browser.get('/workbench/inbox');
    assert.match(inbox.text, new RegExp(`${subject}</bdi></a\\s*>\\s*<strong class="flag">Unread`));
    assert.ok(!inbox.text.includes(asked), 'work of the group is in its queue');
    const thread = await browser.get(`/workbench/inbox/thread?id=${told.id}`);
    assert.match(thread.text, /Thank you &lt;3/);
    await browser.send(thread, {}, '/workbench/inbox/thread/read');
    assert.doesNotMatch((await browser.get('/workbench/inbox')).text, /<strong class="flag">Unread/);
    const fields = { text: 'You are welcome', sender: 'Practitioner/demo-agent', do: 'send' };
    const sent = await browser.send(thread, fields, '/workbench/inbox/thread/answer');
    assert.match(sent.text, /You are welcome/);
    assert.equal((await sentAbout(subject)).length, 3);
    const manager = await signedInAgent(portal(), 'manager');
    assert.ok(!(await manager.get('/workbench/inbox')).text.includes(subject));
    assert.equal((await manager.get(`/workbench/inbox/thread?id=${told.id}`)).status, 404);
  });
});
