/** FHIR XML, both ways. https://hl7.org/fhir/R4/xml.html */
export { fromXml, fromXmlInSlices } from './xml-reader.js';
export { toXml, xmlParts } from './xml-writer.js';
