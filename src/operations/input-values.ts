/** Values of an operation's input, as the portal's workflows take them. */
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import { localName } from '../fhir/reference.js';
import type { Context } from '../service.js';

/** `Patient/1` of a reference to a resource of this endpoint; '' for any other. */
export const localTo =
  ({ endpoint }: Pick<Context, 'endpoint'>) =>
  ({ reference = '' }: { reference?: string | undefined }): string =>
    localName(reference, endpoint.url) ?? '';

/** Fault `unprocessable` for a code that is none of these. */
export const unknownCode = (name: string, codes: readonly string[]): Fault =>
  new Fault('unprocessable', `The parameter ${name} is one of: ${codes.join(', ')}.`, {
    code: 'code-invalid',
    expression: parameterPath(name),
  });
