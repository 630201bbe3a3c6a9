/** The first credential of an account: the user name and the password that a person has chosen. */
import type { Clock } from '../../fhir/clock.js';
import type { DocumentChange } from '../../store/port.js';
import { newCredential } from './credential.js';
import type { Hashing } from './password-hash.js';

export interface Choice {
  /** `Person/1` */
  readonly account: string;
  readonly userName: string;
  readonly password: string;
}

/** The changes that give the account this credential. Fault `conflict` at commit where the name is taken or there is one. */
export async function chosenCredential(
  { account, userName, password }: Choice,
  { hashing, clock }: { hashing: Hashing; clock: Clock },
): Promise<DocumentChange[]> {
  return newCredential({ account, userName, password: await hashing.hash(password), changedAt: clock.now() });
}
