/** Files that staff send along with a form: each becomes a Binary of theirs while it arrives. */
import { html, type Html } from '../html.js';
import type { FormFile } from '../account/multipart.js';
import type { Received, Uploads, Visit } from '../account/visit.js';
import { reasonOf } from './desk.js';
import { isStaff, type WorkbenchParts } from './parts.js';

const MEGABYTE = 1024 * 1024;

export const uploadsOf = ({ sessions, desk, settings }: WorkbenchParts): Uploads => ({
  async room() {
    const { 'attachment-megabytes': megabytes, 'attachments-of-message': count } = await settings();
    // One more than a message may carry: the endpoint refuses that, and says so.
    return { bytes: megabytes * MEGABYTE, files: count + 1 };
  },
  async receive(visit: Visit, { name, type, bytes }: FormFile): Promise<Received | undefined> {
    const who = await sessions.current(visit);
    if (!who || !isStaff(who)) return undefined;
    const { language } = visit.frame.words;
    const reply = await desk(who, { method: 'POST', path: ['Binary'], content: { type, bytes }, language });
    if (reply.created !== undefined) return { file: { url: reply.created, name, type } };
    return { problem: `${name}: ${reasonOf(reply) ?? visit.words.moveRefused}`, status: reply.status };
  },
});

/** Why files were not taken; undefined where all were. */
export function uploadProblems(files: readonly Received[]): { problem: Html; status: number } | undefined {
  const refused = files.filter(({ problem }) => problem !== undefined);
  const [first] = refused;
  if (!first) return undefined;
  const problem = html`<div class="problem" role="alert">
    ${refused.map(one => html`<p dir="auto">${one.problem}</p>`)}
  </div>`;
  return { problem, status: first.status ?? 422 };
}
