/** FHIR XML, both ways. https://hl7.org/fhir/R4/xml.html */
export { fromXml } from './xml-reader.js';
export { toXml } from './xml-writer.js';
