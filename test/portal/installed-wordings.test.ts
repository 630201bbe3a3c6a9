/** The wordings of the installation as resources: written once, renewed by a newer release, left where people changed them. */
import assert from 'node:assert/strict';
import type { ActivityDefinition } from 'fhir/r4.js';
import { ensureWordings } from '../../src/writing/wording-rule.js';
import { shipped } from '../wording/installed.js';
import { eachPortal } from './journey.js';
import { manager, wording } from './wording-resources.js';

const TYPE = 'ActivityDefinition';

eachPortal(journey => {
  /** As a start of a release with these does. */
  const release = (change: (one: ActivityDefinition) => ActivityDefinition): Promise<void> => {
    const { parts, store, endpoints } = journey().server.app;
    return ensureWordings(
      shipped.map(change),
      { ...parts, store },
      endpoints.find(({ name }) => name === 'portal')!,
    );
  };
  const renamed = (title: string) => (one: ActivityDefinition) => ({ ...one, title });
  const versionOf = async (id: string): Promise<[unknown, unknown]> => {
    const { body } = await journey().call('demo-system', 'GET', `${TYPE}/${id}`);
    return [body.meta?.versionId, body['title']];
  };

  it('[RN-1] a start writes them once, and a newer release replaces those that nobody has changed', async () => {
    await release(one => one);
    assert.deepEqual(await versionOf('notice-enrolled'), ['1', 'enrolled']);
    const own = wording('activation', undefined, { en: {} }, { id: 'notice-activation', title: 'ours' });
    await journey().expect(200, manager, 'PUT', `${TYPE}/notice-activation`, own);
    await journey().expect(204, manager, 'DELETE', `${TYPE}/notice-new-message`);
    await Promise.all([release(renamed('newer')), release(renamed('newer'))]);
    assert.deepEqual(await versionOf('notice-enrolled'), ['2', 'newer']);
    assert.deepEqual(await versionOf('notice-activation'), ['2', 'ours']);
    assert.equal((await journey().call(manager, 'GET', `${TYPE}/notice-new-message`)).status, 410);
    await release(renamed('newest'));
    assert.deepEqual(await versionOf('notice-enrolled'), ['3', 'newest']);
  });

  it('[RN-1] have nothing that a write of the same would be refused for', async () => {
    for (const one of shipped) {
      const { id } = one;
      const issues = journey().server.app.parts.wordings.check(one);
      assert.deepEqual(issues, [], id);
    }
  });
});
