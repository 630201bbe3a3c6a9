/**
 * One FHIR request as a value: what http/ makes of HTTP, and what batch and transaction make of an entry.
 * https://hl7.org/fhir/R4/http.html
 */
import type { Resource } from './resource.js';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Search and operation parameters in the order they came, decoded once. Names may repeat. */
export type Query = readonly (readonly [name: string, value: string])[];

export type RequestBody =
  /**
   * Bytes as received (already inflated, within the size limit), with the Content-Type as sent ('' if none): a resource that
   * is parsed once the caller is admitted, a JSON Patch, the content of a Binary.
   */
  | { kind: 'bytes'; bytes: Uint8Array; contentType: string }
  /** Content of a Binary, which arrives while it is read, once. */
  | { kind: 'stream'; bytes: AsyncIterable<Uint8Array>; contentType: string }
  /** The parameters of a search or operation sent by POST. */
  | { kind: 'form'; parameters: Query }
  /** A resource already parsed: an entry of a Bundle, or a caller in this process. */
  | {
      kind: 'resource';
      resource: Resource;
      /** The id a create must give: a transaction settles ids first, to rewrite references between its entries. */
      assignId?: string;
      /** `Type/id` of what the same transaction writes: references to it hold though it is not there yet. */
      expectedReferences?: ReadonlySet<string>;
      /** `Type/id` of what the same transaction deletes before: the condition of a create does not match it. */
      deletedBefore?: ReadonlySet<string>;
    };

export interface FhirRequest {
  readonly method: Method;
  /** The endpoint's public base, without a trailing slash: `https://host/fhir/portal`. */
  readonly base: string;
  /** Path segments below the base, percent-decoded; [] for the base itself. */
  readonly path: readonly string[];
  readonly query: Query;
  /** Lower-case names; of a header sent twice the values are joined by ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: RequestBody;
  /** Identifies the request in logs, audit and answers (X-Request-Id). */
  readonly id: string;
  /** Milliseconds since the epoch (the clock port's) at which work on this request must end. */
  readonly deadline: number;
  /**
   * To be awaited before much is read: takes this request's share of the memory for large answers, until its answer is
   * out. Further calls resolve at once. Rejects with Fault `unavailable` where the share is not free in time.
   */
  readonly holdLarge?: () => Promise<void>;
}

/** The parameters of a search or operation, those of its form among them. https://hl7.org/fhir/R4/http.html#search */
export const parametersOf = ({ query, body }: Pick<FhirRequest, 'query' | 'body'>): Query =>
  body?.kind === 'form' ? [...query, ...body.parameters] : query;
