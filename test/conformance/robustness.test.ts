/** Bad input: refused with the right status and an OperationOutcome, and nothing changes. */
import assert from 'node:assert/strict';
import { eachRest, outcome, patient, unique, type Rest } from './rest.js';

async function unmoved(rest: Rest, act: () => Promise<unknown>): Promise<void> {
  const versions = async (): Promise<unknown> => (await rest.expect(200, 'GET', '_history?_count=0')).body['total'];
  const before = await versions();
  await act();
  assert.equal(await versions(), before);
}

const codeOf = (body: Parameters<typeof outcome>[0]): string | undefined => outcome(body).issue[0]?.code;

describe('bad input', () => {
  eachRest(
    rest => {
      it('a body too large is 413, one nested too deep and one of too many entries 400 too-costly or too-long', () =>
        unmoved(rest(), async () => {
          const large = await rest().expect(413, 'POST', 'Patient', patient('x'.repeat(70_000)));
          assert.equal(codeOf(large.body), 'too-long');
          const deep = '{"extension":['.repeat(200) + ']}'.repeat(200);
          const nested = await rest().expect(
            400,
            'POST',
            'Patient',
            `{"resourceType":"Patient","extension":[${deep}]}`,
          );
          assert.equal(codeOf(nested.body), 'too-long');
          const entry = Array.from({ length: 21 }, () => ({ request: { method: 'GET', url: 'Patient' } }));
          for (const type of ['batch', 'transaction']) {
            const many = await rest().bundle(type, entry, 400);
            assert.equal(codeOf(many.body), 'too-costly');
          }
        }));

      it('XML with a document type, entities or too deep is 400', () =>
        unmoved(rest(), async () => {
          const xml = { 'content-type': 'application/fhir+xml' };
          const bomb = '<!DOCTYPE a [<!ENTITY b "x">]><Patient xmlns="http://hl7.org/fhir"><id value="&b;"/></Patient>';
          await rest().expect(400, 'POST', 'Patient', bomb, xml);
          const deep = '<extension url="u">'.repeat(200) + '</extension>'.repeat(200);
          await rest().expect(400, 'POST', 'Patient', `<Patient xmlns="http://hl7.org/fhir">${deep}</Patient>`, xml);
          await rest().expect(400, 'POST', 'Patient', '<Patient xmlns="urn:other"/>', xml);
        }));

      it('text that is not UTF-8, and encodings that are not theirs, are refused', () =>
        unmoved(rest(), async () => {
          await rest().expect(400, 'POST', 'Patient', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
          await rest().expect(400, 'POST', 'Patient', 'not gzip', { 'content-encoding': 'gzip' });
          await rest().expect(415, 'POST', 'Patient', '{}', { 'content-encoding': 'compress' });
        }));

      it('operators in parameters, unknown parameters and unknown modifiers are 400', async () => {
        const bad = [
          'name[$ne]=x',
          '$where=1',
          '__proto__=x',
          'constructor=x',
          'name:near=x',
          'gender:contains=x',
          'a.b=x',
        ];
        for (const query of [
          ...bad,
          'name.x=1',
          '_has:x=1',
          '_sort=nothing',
          '_include=nothing',
          '_revinclude=a:b',
          '=x',
          'name=',
        ]) {
          const answer = await rest().expect(400, 'GET', `Patient?${query}`);
          assert.ok(codeOf(answer.body), query);
        }
      });

      it('[R64] lenient leaves out what is unknown and warns; the self link does not show it', async () => {
        const { body, text } = await rest().expect(200, 'GET', 'Patient?unknown=1&_count=1', undefined, {
          prefer: 'handling=lenient',
        });
        const [self] = body['link'] as { relation: string; url: string }[];
        assert.ok(self?.relation === 'self' && !self.url.includes('unknown'), self?.url);
        assert.match(text, /"severity":"warning"/);
        await rest().expect(400, 'GET', 'Patient?unknown=1', undefined, { prefer: 'handling=strict' });
        await rest().expect(400, 'GET', 'Patient?unknown=1', undefined, { prefer: 'handling=sometimes' });
        await rest().expect(400, 'GET', 'Patient?birthdate=x', undefined, { prefer: 'handling=lenient' });
      });

      it('ids and paths outside the grammar are 400 or 404', async () => {
        for (const path of [
          'Patient/a_b',
          `Patient/${'a'.repeat(65)}`,
          'Patient/%00',
          'Patient/a%2Fb',
          'Patient//1',
          'Patient/%',
          'Patient/a/_history/-',
        ]) {
          const answer = await rest().call('GET', path);
          assert.ok(answer.status === 400 || answer.status === 404, `${path}: ${answer.status}`);
          rest().assertOutcome(answer);
        }
      });

      it('tokens that are missing, malformed, unsigned or expired are 401, the body unread', () =>
        unmoved(rest(), async () => {
          const nobody = rest().as('');
          const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"demo-system"}').toString('base64url')}.`;
          for (const authorization of ['', 'Bearer', 'Bearer x', `Bearer ${unsigned}`, 'Basic YTpi']) {
            const headers: Record<string, string> = authorization === '' ? {} : { authorization };
            const { body, headers: answered } = await nobody.expect(401, 'POST', 'Patient', '{', headers);
            assert.equal(codeOf(body), 'login');
            assert.match(answered.get('www-authenticate') ?? '', /^Bearer/);
          }
        }));

      it('the demo patient may not write for others: 403 or 404, and nothing changes', () =>
        unmoved(rest(), async () => {
          const { status } = await rest().as('demo-patient').call('POST', 'Patient', patient(unique()));
          assert.equal(status, 403);
        }));
    },
    { env: { PORTICO_MAX_BODY: '65536', PORTICO_MAX_ENTRIES: '20', PORTICO_MAX_DEPTH: '64' } },
  );
});
