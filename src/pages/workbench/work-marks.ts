/** What is marked of a work item: that it presses, or is late. */
import type { Task } from 'fhir/r4.js';
import type { PlainTexts } from '../../texts/words.js';
import { html, type Html } from '../html.js';

const PRESSING = ['stat', 'asap', 'urgent'] as const;

export function priorityMark({ priority }: Task, words: PlainTexts): Html | false {
  const pressing = PRESSING.find(one => one === priority);
  return pressing !== undefined && html`<strong class="flag ill">${words[pressing]}</strong>`;
}

const OPEN = ['ready', 'requested', 'in-progress', 'on-hold'];

/** @param now milliseconds since the epoch */
export const isOverdue = ({ status, restriction }: Task, now: number): boolean =>
  OPEN.includes(status) && restriction?.period?.end !== undefined && Date.parse(restriction.period.end) < now;
