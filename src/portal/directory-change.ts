/** What a request changes of the directory, and how it is seen. */
import type { Resource } from '../fhir/resource.js';
import type { WorkflowReader } from './step.js';

/** A resource of the directory before and after a request; undefined where there is none. */
export interface DirectoryChange<R = Resource> {
  /** `Organization/1` */
  readonly name: string;
  readonly before: R | undefined;
  readonly after: R | undefined;
}

export interface DirectoryParts {
  /** Sees what is stored. */
  readonly before: WorkflowReader;
  /** Sees what will be. */
  readonly after: WorkflowReader;
  /** Sees what will be; whatever it is asked holds at the commit. */
  readonly relied: WorkflowReader;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the caller does; nobody else's change of a role is committed. */
  readonly administersRoles: boolean;
  /** `Type/id` of what the request writes. */
  readonly written: ReadonlySet<string>;
}
