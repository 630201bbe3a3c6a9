/** SMART v2 scopes as values (v1 accepted). Parsing and covering: see functions below. */
export interface Scope {
  readonly context: 'patient' | 'user' | 'system';
  /** Resource type or `*`. */
  readonly type: string;
  /** Of `c r u d s`; empty for an operation scope. */
  readonly permissions: ReadonlySet<string>;
  /** Operation name without `$`, for `system/Patient.$invite`. */
  readonly operation?: string;
  /** Granular restriction: search parameters (`category=laboratory`), as sent. */
  readonly query?: string;
}
