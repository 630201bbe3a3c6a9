/** Why the endpoint refused a change, as a form shows it: above the form in the reader's language, beside the fields in detail. */
import type { OperationOutcome } from 'fhir/r4.js';
import { typed } from '../../../fhir/resource.js';
import type { PlainTexts } from '../../../texts/words.js';
import { html, type Html } from '../../html.js';
import { reasonOf, type Reply } from '../desk.js';

/** One thing that is wrong. */
interface Wrong {
  readonly text: string;
  /** FHIRPath of what is wrong; undefined: the whole. */
  readonly expression: string | undefined;
}

export interface Refusal {
  readonly status: number;
  readonly problem: string;
  readonly wrong: readonly Wrong[];
}

/** What is wrong, by the names of fields. */
export type Problems = Readonly<Record<string, string>>;

export function refusalOf(reply: Reply, words: PlainTexts): Refusal {
  const { status, resource } = reply;
  if (status === 412) return { status, problem: words.adminChangedMeanwhile, wrong: [] };
  const issues = resource?.resourceType === 'OperationOutcome' ? typed<OperationOutcome>(resource).issue : [];
  const wrong = issues.map(({ diagnostics = '', expression }) => ({ text: diagnostics, expression: expression?.[0] }));
  return { status, problem: reasonOf(reply) ?? words.moveRefused, wrong };
}

const isInside = (expression: string, path: string): boolean =>
  expression === path || (expression.startsWith(path) && /[.[]/.test(expression.charAt(path.length)));

/** @param places the names of fields by the FHIRPath of what they become; the innermost place counts */
export function problemsOf({ wrong }: Pick<Refusal, 'wrong'>, places: Readonly<Record<string, string>>): Problems {
  const paths = Object.keys(places).sort((one, other) => other.length - one.length);
  const found = wrong.flatMap(({ expression = '', text }) => {
    const path = paths.find(one => isInside(expression, one));
    return path === undefined ? [] : [[places[path] ?? '', text] as const];
  });
  return Object.fromEntries(found.reverse());
}

/** The problem of a form, with what is wrong at none of its fields. */
export function refusalView(refusal: Refusal | undefined, problems: Problems = {}): Html | false {
  if (!refusal) return false;
  const shown = new Set(['', ...Object.values(problems)]);
  const rest = refusal.wrong.filter(({ text }) => !shown.has(text));
  return html`<div class="problem" role="alert">
    <p>${refusal.problem}</p>
    ${rest.map(({ text }) => html`<p>${detail(text)}</p>`)}
  </div>`;
}

/** What the server says to developers is English. */
export const detail = (text: string): Html => html`<span lang="en" dir="ltr">${text}</span>`;
