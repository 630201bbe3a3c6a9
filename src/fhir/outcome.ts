/**
 * Fault → status and OperationOutcome: one table.
 * https://hl7.org/fhir/R4/operationoutcome.html, https://hl7.org/fhir/R4/http.html#Status-Codes
 */
import { Fault, type FaultKind, type Issue } from './fault.js';
import type { FhirResponse } from './response.js';
import type { Resource } from './resource.js';
import { defined } from './defined.js';

const table: Record<FaultKind, { status: number; code: string }> = {
  invalid: { status: 400, code: 'invalid' },
  'too-costly': { status: 400, code: 'too-costly' },
  unauthenticated: { status: 401, code: 'login' },
  forbidden: { status: 403, code: 'forbidden' },
  'not-found': { status: 404, code: 'not-found' },
  'not-supported': { status: 405, code: 'not-supported' },
  'not-acceptable': { status: 406, code: 'not-supported' },
  conflict: { status: 409, code: 'conflict' },
  gone: { status: 410, code: 'deleted' },
  precondition: { status: 412, code: 'conflict' },
  'too-large': { status: 413, code: 'too-long' },
  'unsupported-media': { status: 415, code: 'not-supported' },
  unsatisfiable: { status: 416, code: 'value' },
  unprocessable: { status: 422, code: 'business-rule' },
  throttled: { status: 429, code: 'throttled' },
  exception: { status: 500, code: 'exception' },
  unavailable: { status: 503, code: 'transient' },
  timeout: { status: 504, code: 'timeout' },
};

/** The OperationOutcome that lists these issues. */
export function outcomeOf(issues: readonly Issue[]): Resource {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, diagnostics, expression }) => ({
      severity,
      code,
      diagnostics,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}

/** The issues a fault stands for: its own list, or one made of its message. */
export function issuesOf(fault: Fault): Issue[] {
  if (fault.detail.issues) return fault.detail.issues;
  const { code = table[fault.kind].code, expression } = fault.detail;
  return [{ severity: 'error', code, diagnostics: fault.message, ...defined({ expression }) }];
}

/** Any thrown value as a Fault; what is not one becomes a bare `exception` that tells the caller nothing. */
export function asFault(error: unknown): Fault {
  return error instanceof Fault
    ? error
    : new Fault('exception', 'The server could not answer this request.', { cause: error });
}

/** The answer to a request that ended in this fault. */
export function faultResponse(fault: Fault): FhirResponse {
  return {
    status: table[fault.kind].status,
    headers: { ...fault.detail.headers },
    body: { kind: 'resource', resource: outcomeOf(issuesOf(fault)) },
    ...defined({ because: fault.detail.because }),
  };
}
