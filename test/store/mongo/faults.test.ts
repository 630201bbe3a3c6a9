/** The driver's errors as Faults, and what is tried again. */
import assert from 'node:assert/strict';
import { MongoError, MongoServerError } from 'mongodb';
import { Fault } from '../../../src/fhir/fault.js';
import { faulting, LostRace } from '../../../src/store/mongo/mongo-fault.js';
import { retrying } from '../../../src/store/mongo/transaction.js';
import { isFault } from '../../contract/faults.js';

const rejecting = (error: Error) => async () => {
  throw error;
};

describe('mongo faults', () => {
  it('a time limit is a timeout, anything unforeseen an exception that keeps its cause', async () => {
    const limit = new MongoServerError({ message: 'operation exceeded time limit', code: 50 });
    await assert.rejects(faulting(rejecting(limit)), isFault('timeout'));
    const odd = new MongoServerError({ message: 'odd', code: 2 });
    await assert.rejects(
      faulting(rejecting(odd)),
      (error: Fault) => error.kind === 'exception' && error.detail.cause === odd,
    );
  });

  it('[R27] tries again what lost a race, and nothing else', async () => {
    const transient = new MongoError('write conflict');
    transient.addErrorLabel('TransientTransactionError');
    const duplicate = new MongoServerError({ message: 'duplicate key', code: 11000 });
    const errors: Error[] = [new LostRace(), transient, duplicate];
    let tries = 0;
    const attempt = async () => {
      const error = errors[tries++];
      if (error) throw error;
      return 'done';
    };
    assert.equal(await retrying(attempt), 'done');
    assert.equal(tries, 4);
    let other = 0;
    const failing = async () => {
      other++;
      throw new Fault('conflict', 'no');
    };
    await assert.rejects(retrying(failing), isFault('conflict'));
    assert.equal(other, 1);
  });
});
