/** The data types of an element, by its path. https://hl7.org/fhir/R4/elementdefinition.html */
import type { Definitions, Element } from './definitions.js';

/** Of `Patient.name` it is `HumanName`, of `Patient.name.family` `string`; [] where there is no such element. */
export function dataTypesAt(definitions: Definitions, path: string): string[] {
  const [type = '', ...names] = path.split('.');
  let children = definitions.elements(type);
  let element: Element | undefined;
  for (const name of names) {
    element = children.find(one => one.name === name);
    if (!element) return [];
    children = definitions.childrenOf(element);
  }
  return element?.types.map(({ code }) => code) ?? [];
}
