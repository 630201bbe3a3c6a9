/** One FHIR answer as a value. http/ turns it into HTTP; batch and transaction turn it into an entry. */
import type { Because, Issue } from './fault.js';
import type { Resource } from './resource.js';

export type ResponseBody =
  /** A resource still in memory. */
  | { kind: 'resource'; resource: Resource }
  /** A resource's JSON text, passed through as it is stored. */
  | { kind: 'json'; text: string }
  /** Content that is no FHIR resource (a Binary's data, a document of another format). */
  | { kind: 'bytes'; bytes: Uint8Array; contentType: string }
  /** The same, read while it is sent: `length` bytes. Nothing is opened before the first read. */
  | { kind: 'stream'; bytes: AsyncIterable<Uint8Array>; length: number; contentType: string };

export interface FhirResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body?: ResponseBody;
  /**
   * Set where the body may be compressed: so many characters at its start may repeat the request, and are compressed apart
   * from the rest. Secrets stand in the rest, or nowhere.
   */
  reflected?: number;
  /** The same body goes to everybody who asks, until it changes. */
  stable?: true;
  /** Of a refusal, where its status does not tell people enough. */
  because?: Because;
  /** Of a write that was done: what its caller should know. */
  warnings?: readonly Issue[];
  /** When the version was written, in milliseconds since the epoch: Last-Modified has whole seconds. */
  at?: number;
}
