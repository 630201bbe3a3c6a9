/** Wordings as a way in: templates that reach further than they may, and data that would become a template or markup. */
import assert from 'node:assert/strict';
import type { ActivityDefinition, Patient } from 'fhir/r4.js';
import { eachPortal, output, parameters, type Journey } from '../portal/journey.js';
import { manager, wording } from '../portal/wording-resources.js';

const preview = (journey: Journey, resource: ActivityDefinition, patient?: string) => {
  const about = patient === undefined ? [] : [{ name: 'patient', valueReference: { reference: patient } }];
  const parameter = [{ name: 'wording', resource }, ...about];
  return journey.call('demo-system', 'POST', 'ActivityDefinition/$preview', { resourceType: 'Parameters', parameter });
};

let count = 0;

async function patientNamed(journey: Journey, given: string): Promise<{ path: string; email: string }> {
  const email = `wording${++count}@example.org`;
  const patient: Patient = {
    resourceType: 'Patient',
    active: true,
    name: [{ family: 'Zqcanary', given: [given] }],
    birthDate: '1980-02-03',
    telecom: [{ system: 'email', value: email }],
  };
  const { body } = await journey.expect(201, 'demo-system', 'POST', 'Patient', patient);
  return { path: `Patient/${body.id}`, email };
}

describe('abuse: wordings', () => {
  eachPortal(journey => {
    before(async () => {
      const all = '{{ given }} {{ organization }} {{ link }}';
      const texts = { en: { subject: 'For {{ given }}', text: all, html: `<p>${all}</p>`, sms: all } };
      await journey().expect(201, manager, 'POST', 'ActivityDefinition', wording('invitation', 'abuse', texts));
    });

    it('[G14] [F02] templates reach no files, no inherited properties, no other templates, and nothing undeclared', async () => {
      for (const text of [
        "{% include 'package.json' %}",
        "{% render '../package.json' %}",
        "{% layout '/etc/passwd' %}",
        '{{ constructor }}',
        '{{ __proto__ }}',
        '{{ given.constructor.constructor }}',
        "{{ given['__proto__'] }}",
        '{{ language }} {{ zone }}',
        '{{ patient }} {{ family }} {{ birthDate }} {{ diagnosis }}',
        '{{ given | raw }}',
        "{{ given | where_exp: 'x', 'x' }}",
        "{{ 'a' | replace: 'a', given }}",
        '{% liquid echo given %}',
        '{% capture a %}{{ given }}{% endcapture %}{{ a }}',
      ]) {
        const { status, text: said } = await preview(journey(), wording('invitation', 'x', { en: { text } }));
        assert.equal(status, 422, `${text} ${said}`);
        assert.doesNotMatch(said, /node_modules|liquidjs|root:|"name": "portico"/, text);
      }
    });

    it('[F07] [F13] templates that multiply or nest without end are refused at once', async () => {
      const twice = '{% assign a = a | append: a %}';
      for (const text of [
        `{% assign a = 'aaaaaaaaaa' %}${twice.repeat(500)}{{ a }}`,
        '{% if given %}'.repeat(1400),
        `{{ given ${'| upcase '.repeat(2000)}}}`,
        '{{'.repeat(9000),
        '{% for i in (1..1000000000) %}{% for j in (1..1000000000) %}{{ i }}{% endfor %}{% endfor %}',
        '{% tablerow i in (1..1000000000) %}{{ i }}{% endtablerow %}',
        'x'.repeat(1_000_000),
      ]) {
        const answer = await preview(journey(), wording('invitation', 'x', { en: { text, html: `<p>${text}</p>` } }));
        const isFine = text.includes('| upcase ') && answer.status === 200;
        assert.ok(
          [413, 422].includes(answer.status) || isFine,
          `${text.slice(0, 40)} ${answer.status} ${answer.text.slice(0, 300)}`,
        );
      }
    });

    it('[F06] template markers in a name are letters', async () => {
      for (const given of [
        '{{7*7}}',
        '{{ link }}',
        '{% if true %}49{% endif %}',
        '${7*7}',
        '<%= 7*7 %>',
        '{{ code | upcase }}',
      ]) {
        const { path, email } = await patientNamed(journey(), given);
        await journey().expect(201, 'demo-system', 'POST', `${path}/$invite`, parameters({ topic: 'abuse' }));
        const [mail] = await journey().mails(email);
        assert.equal(mail?.subject, `For ${given}`);
        assert.ok(mail.text?.startsWith(`${given} `), mail.text);
      }
    });

    it('[G13] a name begins no header and no second message', async () => {
      const { path, email } = await patientNamed(journey(), 'A\r\nBcc: eve@example.org\r\n\r\nB\u2028C');
      const answer = await preview(
        journey(),
        wording('invitation', 'x', { en: { subject: 'For {{ given }}', sms: '{{ given }}' } }),
        path,
      );
      assert.equal(output(answer, 'subject'), 'For A Bcc: eve@example.org B C');
      assert.equal(output(answer, 'sms'), 'A Bcc: eve@example.org B C');
      await journey().expect(201, 'demo-system', 'POST', `${path}/$invite`, parameters({ topic: 'abuse' }));
      const [mail] = await journey().mails(email);
      assert.equal(mail?.bcc, undefined);
      assert.equal(mail?.subject, 'For A Bcc: eve@example.org B C');
      assert.deepEqual(await journey().mails('eve@example.org'), []);
    });

    it('[G14] a name is no markup, whatever the template does with it', async () => {
      const given = '"><a href="https://evil.example.org">x</a><img src=x onerror=alert(1)>javascript:alert(1)';
      const { path } = await patientNamed(journey(), given);
      const html = [
        '<p>{{ given }}</p><p style="{{ given }}">a</p><p title={{ given }}>b</p>',
        '<p><a href="{{ given }}">c</a><a href={{ given }}>d</a></p>',
      ];
      for (const one of html) {
        const answer = await preview(journey(), wording('invitation', 'x', { en: { html: one } }), path);
        if (answer.status === 422) continue;
        const shown = String(output(answer, 'html'));
        assert.doesNotMatch(shown, /<img|href="(?:https:\/\/evil|javascript)|<[^>"]*\son\w+=/i, shown);
      }
      const named = await preview(journey(), wording('invitation', 'x', { en: { html: '<p>{{ given }}</p>' } }), path);
      assert.match(String(output(named, 'html')), /&lt;img src=x onerror=alert\(1\)&gt;/);
    });

    it('[G14] no subject shows a code or a link, however it is put together', async () => {
      for (const subject of [
        '{{ code }}',
        '{{ link }}',
        '{% if given == code %}x{% endif %}',
        "{{ 'x' | append: code }}",
        '{% assign a = code %}{{ a }}',
      ]) {
        const answer = await preview(journey(), wording('invitation', 'x', { en: { subject } }));
        assert.equal(answer.status, 422, subject);
      }
    });
  });
});
