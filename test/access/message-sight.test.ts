/** Who sees a message is worked out at the write, and what it was worked out from still holds when it is committed. */
import assert from 'node:assert/strict';
import { withMessageSight } from '../../src/access/message-sight.js';
import type { Put, Store } from '../../src/store/port.js';
import { delegating } from '../../src/store/views/delegating.js';
import { isFault } from '../contract/faults.js';
import { own } from '../fixtures/own.js';
import { index, keyOf, message, PARTITION, patient, portal, put, reference, type Portal } from './fixture.js';

const caredFor = (version: number, practitioner: string): Put =>
  put(patient('1', { generalPractitioner: [reference(`Practitioner/${practitioner}`)] }), version);
const SEEN = 'Communication|~staff|Practitioner/';

describe('the sight of messages', () => {
  let from: Portal;
  beforeEach(async () => {
    from = await portal(caredFor(1, 'one'));
  });

  /** The store, in which somebody else commits this just before the first commit. */
  function racing(first: Put): Store {
    let over = false;
    const store: Store = {
      ...delegating(from.store),
      async commit(changes) {
        if (!over) await from.store.commit({ puts: [first] });
        over = true;
        return from.store.commit(changes);
      },
    };
    const { clock } = from;
    return withMessageSight(store, {
      ...{ clock, own, partition: PARTITION, base: 'https://portal.example/fhir/portal' },
      index: (resource, updated) => Promise.resolve(index(resource, updated)),
    });
  }
  async function seers(name: string): Promise<string[]> {
    const names = ['one', 'two'];
    const seen = names.map(one =>
      from.store.read([keyOf(name)], () => ({ kind: 'posting', key: `${SEEN}${one}` })).then(([found]) => found),
    );
    return (await Promise.all(seen)).flatMap((found, at) => (found ? [names[at]!] : []));
  }

  it('[MSG-2] a message is not written by who cared for the patient a moment ago', async () => {
    const store = racing(caredFor(2, 'two'));
    const write = () => store.commit({ puts: [put(message('m', '1'))] });
    await assert.rejects(write, isFault('conflict'));
    await write();
    assert.deepEqual(await seers('Communication/m'), ['two']);
  });

  it('[MSG-2] a change of who cares for the patient misses no message that comes meanwhile', async () => {
    const store = racing(put(message('m', '1')));
    const write = () => store.commit({ puts: [caredFor(2, 'two')] });
    await assert.rejects(write, isFault('conflict'));
    await write();
    assert.deepEqual(await seers('Communication/m'), ['two']);
  });
});
