/** Why the endpoint refused something, for a member of staff: in the reader's language, and in detail as the endpoint says it. */
import type { OperationOutcome } from 'fhir/r4.js';
import { html, type Html } from '../html.js';
import type { Reply } from './desk.js';

/** Nothing for what was done. */
export function refusal({ status, resource }: Reply): Html | false {
  if (status < 300) return false;
  const { issue = [] } = (resource ?? {}) as unknown as Partial<OperationOutcome>;
  const texts = issue.flatMap(({ details }) => details?.text ?? []);
  const reasons = issue.flatMap(({ diagnostics }) => diagnostics ?? []);
  return html`<div class="problem" role="alert">
    ${texts.map(text => html`<p>${text}</p>`)}
    ${
      reasons.length > 0 &&
      html`<ul lang="en" dir="ltr">
        ${reasons.map(reason => html`<li>${reason}</li>`)}
      </ul>`
    }
  </div>`;
}
