/** What a message is about, in a line. */
import type { Communication } from 'fhir/r4.js';

/** Its subject line, or else its category. */
export const subjectOf = (message: Communication | undefined): string | undefined =>
  message?.topic?.text ?? message?.category?.[0]?.text ?? message?.category?.[0]?.coding?.[0]?.code;
