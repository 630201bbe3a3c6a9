/** A search value taken literally. https://hl7.org/fhir/R4/search.html#escaping */
export const literal = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');
