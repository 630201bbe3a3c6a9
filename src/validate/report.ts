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

/** More than this many of one kind help nobody. */
const limit = 100;

export class Report {
  /** What makes the resource not understandable: answered with 400. */
  readonly shape: Issue[] = [];
  /** What breaks a rule: answered with 422. */
  readonly rules: Issue[] = [];
  readonly warnings: Issue[] = [];
  readonly #held = new WeakMap<object, Set<string>>();

  /** An unknown element, a wrong JSON type or a malformed primitive. */
  malformed(code: 'structure' | 'value', path: Path, diagnostics: string): void {
    this.#add(this.shape, { severity: 'error', code, diagnostics, expression: pathText(path) });
  }

  /** A broken rule: cardinality, binding, invariant or profile. */
  breach(code: string, path: Path, diagnostics: string): void {
    this.#add(this.rules, { severity: 'error', code, diagnostics, expression: pathText(path) });
  }

  warn(code: string, path: Path, diagnostics: string): void {
    this.#add(this.warnings, { severity: 'warning', code, diagnostics, expression: pathText(path) });
  }

  /** Whether more of one kind of error would not be kept. */
  get full(): boolean {
    return this.shape.length >= limit || this.rules.length >= limit;
  }

  get issues(): Issue[] {
    return [...this.shape, ...this.rules, ...this.warnings];
  }

  get failed(): boolean {
    return this.shape.length > 0 || this.rules.length > 0;
  }

  /** Whether a value is held against a profile for the first time here: the issues would be the same again. */
  isFirst(value: object, profile: string): boolean {
    const profiles = this.#held.get(value) ?? new Set<string>();
    this.#held.set(value, profiles);
    const before = profiles.size;
    return profiles.add(profile).size > before;
  }

  /** A profile may repeat what its base, or another profile, says: each issue is told once. */
  #add(list: Issue[], issue: Issue): void {
    const { severity, diagnostics, expression } = issue;
    const told = list.some(
      it => it.expression === expression && it.diagnostics === diagnostics && it.severity === severity,
    );
    if (!told && list.length < limit) list.push(issue);
  }
}
