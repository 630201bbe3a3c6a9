/** What the buttons of a message's form do: it is sent, kept as a draft, given up, or gets the words of a template. */
import type { Communication } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../fhir/own-canonicals.js';
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Desk, Reply } from './desk.js';
import { applied } from './templates.js';
import { BLANK, payloadOf, type Written } from './written.js';

export interface Sending {
  readonly desk: Desk;
  readonly who: SignedIn;
  /** Whom it is about: `Patient/1`. */
  readonly subject: string;
  /** What of the message the form does not say: thread, category, recipients. */
  readonly message: Partial<Communication>;
  readonly own: OwnCanonicals;
}

/** What became of it; the form as it is now. */
export interface Outcome {
  readonly reply?: Reply;
  readonly written: Written;
  /** It has left the form: sent, or given up. */
  readonly isOver?: true;
}

export async function carryOut(does: string, template: string, written: Written, sending: Sending): Promise<Outcome> {
  switch (does) {
    case 'insert':
      return inserted(template, written, sending);
    case 'keep':
      return kept(written, sending);
    case 'discard':
      return discarded(written, sending);
    default: {
      const reply = await put('completed', written, sending);
      return reply.status < 300 ? { reply, written: BLANK, isOver: true } : { reply, written };
    }
  }
}

async function inserted(template: string, written: Written, { desk, who, subject }: Sending): Promise<Outcome> {
  const words = await applied(desk, who, template, { subject, organization: written.sender });
  if ('refused' in words) return { reply: words.refused, written };
  return { written: { ...written, text: [written.text, words.text].filter(one => one !== '').join('\n\n') } };
}

async function kept(written: Written, sending: Sending): Promise<Outcome> {
  const reply = await put('preparation', written, sending);
  const { id, meta } = (reply.resource ?? {}) as Partial<Resource>;
  if (reply.status >= 300 || id === undefined) return { reply, written };
  return { reply, written: { ...written, draft: { id, version: meta?.versionId ?? '' } } };
}

async function discarded({ draft }: Written, { desk, who }: Sending): Promise<Outcome> {
  if (!draft) return { written: BLANK, isOver: true };
  const reply = await desk(who, { method: 'DELETE', path: ['Communication', draft.id] });
  return { reply, written: BLANK, isOver: true };
}

/** In the place of its draft, where there is one. */
function put(status: 'completed' | 'preparation', written: Written, sending: Sending): Promise<Reply> {
  const { desk, who, message, own, subject } = sending;
  const { draft, sender, isClosed } = written;
  const resource = {
    ...{ resourceType: 'Communication', status, subject: { reference: subject } },
    ...(sender === '' ? {} : { sender: { reference: sender } }),
    ...(isClosed ? { extension: [{ url: own.structure('reply-allowed'), valueBoolean: false }] } : {}),
    ...message,
    ...payloadOf(written),
  } as unknown as Resource;
  if (!draft) return desk(who, { method: 'POST', path: ['Communication'], resource });
  const path = ['Communication', draft.id];
  return desk(who, { method: 'PUT', path, resource: { ...resource, id: draft.id }, version: draft.version });
}
