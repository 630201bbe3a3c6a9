/** [R28] Every write command carries its concern, every transaction its own, whatever the connection string says. */
import assert from 'node:assert/strict';
import { MongoClient, type CommandStartedEvent, type Document } from 'mongodb';
import { storageOver } from '../../../src/store/mongo/open.js';
import { DEADLINE, fixedClock, NOW, Scene } from '../../fixtures/storage-samples.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';

const writes = new Set(['insert', 'update', 'delete', 'findAndModify', 'createIndexes', 'commitTransaction']);
const reads = new Set(['find', 'aggregate']);

/** Runs every method that writes and most that read, over a client whose URI asks for less. */
async function commandsOfEverything(): Promise<CommandStartedEvent[]> {
  const uri = await freshMongoUri('w=1&readConcernLevel=local&readPreference=secondaryPreferred');
  const client = new MongoClient(uri, { monitorCommands: true });
  const commands: CommandStartedEvent[] = [];
  client.on('commandStarted', event => commands.push(event));
  const { store, records, blobs } = await storageOver(client, fixedClock);
  const s = new Scene(store, 'p');
  const document = { kind: 'k', id: 'a', value: {}, keys: { x: 'y' }, due: NOW };

  const criteria = [{ partition: 'p', type: 'Patient', where: { kind: 'all' } as const, ids: [] }];
  await store.commit({ criteria, puts: [s.put('Patient/a')], documents: [{ op: 'put', document }] });
  const put = s.put('Patient/a', { version: 2 });
  await store.commit({ puts: [put], reindex: [{ key: put.key, version: 2, index: put.index }] });
  await s.found('Patient', { kind: 'all' });
  await store.history(s.historyQuery());
  await records.write({ op: 'put', document });
  await records.lease('k', NOW, NOW + 1, 1);
  await records.take('k', 'a', NOW);
  await records.write({ op: 'put', document });
  await records.write({ op: 'delete', kind: 'k', id: 'a' });
  await records.expire(NOW, 100);
  await blobs.put('b', new Blob(['x']).stream(), NOW);
  await blobs.delete('b');
  await store.close();
  return commands;
}

const concernOf = (command: Document): unknown => (command.writeConcern as Document | undefined)?.w;
const levelOf = (command: Document): unknown => (command.readConcern as Document | undefined)?.level;

describeMongo('mongo concerns', () => {
  let commands: CommandStartedEvent[];
  before(async () => {
    commands = await commandsOfEverything();
  });
  const named = (names: Set<string>) => commands.filter(({ commandName }) => names.has(commandName));
  const inTransaction = ({ command }: CommandStartedEvent) => command.autocommit === false;

  it('[R28] every write asks for a majority, in a transaction its commit does', () => {
    const seen = new Set(named(writes).map(event => event.commandName));
    assert.deepEqual(seen, writes, 'the run has left out a command');
    for (const event of named(writes)) {
      const owed = inTransaction(event) && event.commandName !== 'commitTransaction' ? undefined : 'majority';
      assert.equal(concernOf(event.command), owed, event.commandName);
    }
  });

  it('[R30] a search ends on the server by its deadline', () => {
    const searches = commands.filter(event => event.command.aggregate === 'versions' && !inTransaction(event));
    assert.ok(searches.length > 0);
    for (const { command } of searches) assert.equal(command.maxTimeMS, DEADLINE - NOW);
  });

  it('[R28] every transaction reads one snapshot', () => {
    const starts = commands.filter(({ command }) => command.startTransaction === true);
    assert.equal(starts.length, 2);
    for (const { command } of starts) assert.equal(levelOf(command), 'snapshot');
  });

  it('[R13] a commit with criteria writes to its locks first: what a snapshot does not show makes two of them conflict', () => {
    const [first] = commands.filter(({ command }) => command.startTransaction === true);
    assert.deepEqual([first?.commandName, first?.command.update], ['update', 'locks']);
  });

  it('[R28] every other read is of majority-committed data on the primary', () => {
    const outside = named(reads).filter(event => !inTransaction(event));
    assert.ok(outside.length > 3);
    for (const { command, commandName } of outside) {
      assert.equal(levelOf(command), 'majority', commandName);
      assert.equal((command.$readPreference as Document | undefined)?.mode ?? 'primary', 'primary', commandName);
    }
  });
});
