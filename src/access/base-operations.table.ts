/**
 * HL7's own operations need no scope of their own: this permission on the type suffices. All that they read is narrowed to
 * what the caller sees. https://hl7.org/fhir/R4/operationslist.html
 */
import type { Permission } from './scope.js';

const HL7 = 'http://hl7.org/fhir/OperationDefinition/';

export const baseOperations: Readonly<Record<string, Permission>> = {
  [`${HL7}Resource-validate`]: 'r',
  [`${HL7}Resource-meta`]: 'r',
  [`${HL7}Resource-meta-add`]: 'u',
  [`${HL7}Resource-meta-delete`]: 'u',
  [`${HL7}Patient-everything`]: 'r',
  [`${HL7}Patient-match`]: 's',
  [`${HL7}ValueSet-expand`]: 'r',
  [`${HL7}ValueSet-validate-code`]: 'r',
  [`${HL7}CodeSystem-lookup`]: 'r',
  [`${HL7}CodeSystem-validate-code`]: 'r',
};
