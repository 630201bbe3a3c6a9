/** Names of elements as `_elements` lists them. https://hl7.org/fhir/R4/search.html#elements */

/** `name`, `Patient.name`, `valueQuantity`, `value[x]`. */
export const ELEMENT_NAME = /^[A-Za-z][A-Za-z0-9.]*(\[x\])?$/;

/** The same without its type, and without the mark of a choice. */
export const elementName = (name: string): string => name.replace(/^[A-Z]\w*\./, '').replace('[x]', '');
