/** The links in notices whose token is the only credential: each serves for one purpose. */
import type { KeyObject } from 'node:crypto';
import { Fault } from '../fhir/fault.js';
import type { World } from '../fhir/clock.js';
import type { MisdirectedTokens } from '../portal/misdirected.js';
import type { UnsubscribeTokens } from '../portal/opt-out.js';
import { createCursors } from '../search/cursor.js';

export interface NoticeTokens {
  readonly misdirected: MisdirectedTokens;
  readonly unsubscribe: UnsubscribeTokens;
}

/** Milliseconds: longer than most people keep a notice. */
const LIFETIME = 180 * 24 * 3600_000;

interface Tokens<Content> {
  seal(content: Content): string;
  open(token: string): Content;
}

/** The purposes are sealed with the tokens, so that no page link and no other token is taken for one. */
export function createNoticeTokens(secret: KeyObject, world: World): NoticeTokens {
  const sealed = createCursors(secret, world, LIFETIME);
  const tokensFor = <Content extends object>(purpose: string): Tokens<Content> => ({
    seal: content => sealed.seal({ ...content } as Record<string, unknown>, purpose),
    open(token) {
      try {
        return sealed.open(token, purpose) as unknown as Content;
      } catch (error) {
        if (error instanceof Fault) throw new Fault('gone', 'This link cannot be used.', { code: 'expired' });
        throw error;
      }
    },
  });
  return { misdirected: tokensFor('misdirected notice'), unsubscribe: tokensFor('unsubscribe') };
}
