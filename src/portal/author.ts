/** The author of a message: an Actor, as far as messages are concerned. */
export interface Author {
  readonly kind: 'anonymous' | 'system' | 'patient' | 'staff';
  /** `client:demo-ehr` of a system. */
  readonly subject: string;
  readonly fhirUser?: string;
  /** Id of the author's own Patient. */
  readonly self?: string;
  readonly identities: readonly string[];
  /** Codes of the portal's roles that are active now. */
  readonly roles: ReadonlySet<string>;
}
