/**
 * Hashes of passwords: argon2id on threads of its own. Few run at a time and few wait, so that a flood of sign-ins takes neither
 * the memory nor the processors of the others. https://www.rfc-editor.org/rfc/rfc9106
 */
import { hash, verify } from '@node-rs/argon2';
import { Fault } from '../../fhir/fault.js';
import { preparedPassword } from './password-rules.js';

export interface Hashing {
  hash(password: string): Promise<string>;
  /** Whether the password has this hash; takes as long where there is none. Fault `throttled` where too many wait. */
  verify(known: string | undefined, password: string): Promise<boolean>;
}

const AT_ONCE = 2;
const WAITING = 64;

/** Memory in KiB and passes: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function createHashing(): Hashing {
  const inTurn = createTurns();
  let nobody: Promise<string> | undefined;
  return {
    hash: password => inTurn(() => hash(preparedPassword(password), COST)),
    async verify(known, password) {
      nobody ??= inTurn(() => hash('the password of nobody', COST));
      const against = known ?? (await nobody);
      const isRight = await inTurn(() => verify(against, preparedPassword(password)));
      return isRight && known !== undefined;
    },
  };
}

function createTurns() {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting.length >= WAITING) throw busy();
    if (running >= AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

const busy = (): Fault =>
  new Fault('throttled', 'Too many people sign in at this moment.', { headers: { 'retry-after': '5' } });
