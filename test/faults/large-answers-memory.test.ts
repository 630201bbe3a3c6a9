/** Large resources by the hundred: whatever shows many of them at once takes a bounded share of the memory. */
import assert from 'node:assert/strict';
import { samples } from '../fixtures/samples.js';
import { eachWatched } from '../fixtures/watched.js';

const LARGE = 10.4e6;
const MEGABYTES = 320;

/** A document of fourteen megabytes about a patient. */
const document = (patient: string, data: string) => ({
  ...{ resourceType: 'DocumentReference', status: 'current', subject: { reference: `Patient/${patient}` } },
  content: [{ attachment: { contentType: 'application/pdf', data } }],
});

describe('large answers', () => {
  eachWatched(
    (server, store) => {
      let patient: string;
      const count = store === 'sqlite' ? samples(40, 300) : samples(12, 40);
      before(async () => {
        patient = await server().create({ resourceType: 'Patient' });
        const data = Buffer.alloc(LARGE, 'abcdefghijk').toString('base64');
        const made = document(patient, data);
        for (let i = 0; i < count; i++) await server().create(made);
      });

      const ways: Record<string, () => string> = {
        page: () => 'DocumentReference?_count=1000',
        'page as XML': () => 'DocumentReference?_count=1000&_format=xml',
        summary: () => 'DocumentReference?_count=1000&_summary=true',
        history: () => '_history?_count=1000',
        everything: () => `Patient/${patient}/$everything`,
        includes: () => `Patient?_id=${patient}&_revinclude=DocumentReference:subject`,
      };
      for (const [name, way] of Object.entries(ways)) {
        it(`[F13] ${name}: ends early, and says that there is more`, async () => {
          const { status, text } = await server().call('GET', way());
          assert.equal(status, 200, text.slice(0, 300));
          assert.ok(text.length < 40e6, String(text.length));
          assert.match(text.replaceAll(/"data":"[^"]*"/g, ''), name === 'includes' ? /too large ones/ : /next/);
        });
      }

      it('[F13] all pages have all of them, each once', async () => {
        const seen: string[] = [];
        for (let path: string | undefined = 'DocumentReference?_count=1000'; path !== undefined;) {
          const { text } = await server().call('GET', path);
          const bundle = JSON.parse(text) as Bundle;
          seen.push(...bundle.entry.map(({ resource }) => resource.id));
          const next = bundle.link.find(({ relation }) => relation === 'next')?.url;
          path = next?.slice(server().base.length + 1);
        }
        assert.equal(new Set(seen).size, count);
        assert.equal(seen.length, count);
      });

      it('[F13] many at once wait for one another, and are answered', async () => {
        const all = Object.values(ways).flatMap(way => Array.from({ length: 5 }, () => server().call('GET', way())));
        const statuses = new Set((await Promise.all(all)).map(({ status }) => status));
        assert.ok(statuses.isSubsetOf(new Set([200, 503])) && statuses.has(200), [...statuses].join());
        const { text } = await server().call('GET', `Patient/${patient}`);
        assert.match(text, /"Patient"/, 'it lives');
        if (store === 'sqlite') assert.ok(server().peak() < 3 * MEGABYTES, `${server().peak()} MB`);
      });
    },
    { execArgv: [`--max-old-space-size=${2 * MEGABYTES}`] },
  );
});

interface Bundle {
  entry: { resource: { id: string } }[];
  link: { relation: string; url: string }[];
}
