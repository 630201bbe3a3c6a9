/** What the ports reject with. */
import assert from 'node:assert/strict';
import { Fault, type FaultKind } from '../../src/fhir/fault.js';

/** A predicate for `assert.rejects`: a Fault of this kind, and nothing else. */
export function isFault(kind: FaultKind): (error: unknown) => true {
  return error => {
    assert.ok(error instanceof Fault, `not a Fault: ${String(error)}`);
    assert.equal(error.kind, kind, `${error.message} ${String(error.cause ?? '')}`);
    return true;
  };
}
