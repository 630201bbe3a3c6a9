/** Collects issues while a resource is walked. A path is a linked list: its text is made only when there is an issue. */
import type { Issue } from '../fhir/fault.js';

/** One step of a FHIRPath: `contact`, or `contact[0]`. */
export interface Path {
  readonly up: Path | undefined;
  readonly name: string;
  readonly index: number | undefined;
}

export const root = (type: string): Path => ({ up: undefined, name: type, index: undefined });

export const step = (up: Path, name: string, index?: number): Path => ({ up, name, index });

export function pathText({ up, name, index }: Path): string {
  const own = index === undefined ? name : `${name}[${index}]`;
  return up ? `${pathText(up)}.${own}` : own;
}

/** More than this many issues help nobody. */
const limit = 100;

export class Report {
  /** What makes the resource not understandable: answered with 400. */
  readonly shape: Issue[] = [];
  /** What breaks a rule: answered with 422; warnings too. */
  readonly rules: Issue[] = [];

  /** An unknown element, a wrong JSON type or a malformed primitive. */
  malformed(code: 'structure' | 'value', path: Path, diagnostics: string): void {
    this.#add(this.shape, { severity: 'error', code, diagnostics, expression: pathText(path) });
  }

  /** A broken rule: cardinality, binding, invariant or profile. */
  breach(code: string, path: Path, diagnostics: string): void {
    this.#add(this.rules, { severity: 'error', code, diagnostics, expression: pathText(path) });
  }

  warn(code: string, path: Path, diagnostics: string): void {
    this.#add(this.rules, { severity: 'warning', code, diagnostics, expression: pathText(path) });
  }

  get issues(): Issue[] {
    return [...this.shape, ...this.rules];
  }

  get failed(): boolean {
    return this.shape.length > 0 || this.rules.some(({ severity }) => severity === 'error');
  }

  #add(list: Issue[], issue: Issue): void {
    if (list.length < limit) list.push(issue);
  }
}
