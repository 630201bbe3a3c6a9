/** Fixed values and patterns. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_ */
import { isObject, type Json } from '../../fhir/resource.js';

/** Whether the value is exactly the fixed one. */
export function equals(value: Json | undefined, fixed: Json | undefined): boolean {
  if (Array.isArray(value) && Array.isArray(fixed)) {
    return value.length === fixed.length && value.every((item, index) => equals(item, fixed[index]));
  }
  if (!isObject(value) || !isObject(fixed)) return value === fixed;
  const names = Object.keys(value);
  return names.length === Object.keys(fixed).length && names.every(name => equals(value[name], fixed[name]));
}

/** Whether the value has all that the pattern has; of a list, each item of the pattern must match one of the value. */
export function includes(value: Json | undefined, pattern: Json | undefined): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every(item => value.some(candidate => includes(candidate, item)));
  }
  if (!isObject(pattern)) return value === pattern;
  return isObject(value) && Object.entries(pattern).every(([name, inner]) => includes(value[name], inner));
}
