/** Definitions as the build made them: types, elements, look-ups by canonical URL, search parameters, expansions. */
import assert from 'node:assert/strict';
import { loadDefinitions } from '../../src/definitions/load.js';

describe('definitions', () => {
  const definitions = loadDefinitions(process.cwd());
  const element = (type: string, name: string) => definitions.elements(type).find(it => it.name === name)!;

  it('knows the 146 resource types of R4, and no abstract one', () => {
    assert.equal(definitions.resourceTypes.length, 146);
    assert.deepEqual(definitions.resourceTypes, [...definitions.resourceTypes].sort());
    assert.equal(definitions.isResourceType('Patient'), true);
    for (const name of ['DomainResource', 'HumanName', 'constructor', '__proto__', 'patient']) {
      assert.equal(definitions.isResourceType(name), false, name);
    }
  });

  it('gives the elements of a type in the order of the specification, inherited ones included', () => {
    const names = definitions.elements('Patient').map(({ name }) => name);
    assert.deepEqual(names.slice(0, 9), [
      ...['id', 'meta', 'implicitRules', 'language', 'text', 'contained', 'extension', 'modifierExtension'],
      'identifier',
    ]);
    assert.deepEqual(definitions.elements('NoSuchType'), []);
    assert.equal(definitions.type('../package'), undefined);
  });

  it('tells types, cardinality, flags and bindings of an element', () => {
    assert.deepEqual(element('Patient', 'id').types, [{ code: 'id' }]);
    assert.deepEqual(element('Extension', 'url'), {
      ...{ name: 'url', path: 'Extension.url', min: 1, max: 1, types: [{ code: 'uri' }], xml: 'attribute' },
    });
    const status = element('Observation', 'status');
    assert.deepEqual([status.min, status.max, status.summary, status.modifier], [1, 1, true, true]);
    assert.equal(status.binding?.strength, 'required');
    const value = element('Observation', 'value');
    assert.equal(value.choice, true);
    assert.equal(value.types.length, 11);
    assert.equal(element('Narrative', 'div').xml, 'xhtml');
  });

  it('finds children in place, by contentReference, and of a type', () => {
    const item = element('Questionnaire', 'item');
    const inner = definitions.childrenOf(item).find(({ name }) => name === 'item')!;
    assert.equal(inner.contentReference, 'Questionnaire.item');
    assert.equal(definitions.childrenOf(inner), definitions.childrenOf(item));
    assert.equal(definitions.childrenOf(element('Patient', 'name')), definitions.elements('HumanName'));
    assert.deepEqual(definitions.childrenOf(element('Patient', 'gender')), []);
  });

  it('resolves canonical URLs, with a version too, each to its own type', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/Patient';
    assert.equal(definitions.resolve(`${url}|4.0.1`)?.resourceType, 'StructureDefinition');
    assert.equal(definitions.structure(url)?.['name'], 'Patient');
    assert.equal(definitions.valueSet(url), undefined);
    assert.equal(definitions.resolve('http://example.org/none'), undefined);
    assert.equal(
      definitions.operation('http://hl7.org/fhir/OperationDefinition/Patient-everything')?.['code'],
      'everything',
    );
    assert.equal(definitions.compartment('RelatedPerson')?.['code'], 'RelatedPerson');
    assert.equal(definitions.canonicals('CompartmentDefinition').length, 5);
  });

  it('has every search parameter of R4, slim', () => {
    const published = definitions.searchParameters().filter(({ url }) => (url as string).startsWith('http://hl7.org/'));
    assert.equal(published.length, 1375);
    const found = published.find(({ url }) => url === 'http://hl7.org/fhir/SearchParameter/Patient-birthdate');
    assert.equal(found, undefined);
    const birthdate = published.find(({ url }) => url === 'http://hl7.org/fhir/SearchParameter/individual-birthdate')!;
    assert.deepEqual([birthdate['code'], birthdate['type']], ['birthdate', 'date']);
    assert.equal('description' in birthdate, false);
  });

  it('expands value sets: whole systems, lists, filters, value sets in value sets', () => {
    const gender = definitions.codes('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1');
    assert.deepEqual(
      [...gender!].map(code => code.split('|')[1]),
      ['male', 'female', 'other', 'unknown'],
    );
    const relationship = definitions.expansion('http://hl7.org/fhir/ValueSet/relatedperson-relationshiptype')!;
    assert.ok(relationship.codes.has('http://terminology.hl7.org/CodeSystem/v3-RoleCode|MTH'));
    assert.equal(relationship.plain.has('PATIENT'), false);
    const encounter = definitions.codes('http://terminology.hl7.org/ValueSet/v3-ActEncounterCode')!;
    assert.ok(encounter.has('http://terminology.hl7.org/CodeSystem/v3-ActCode|AMB'));
    assert.equal(encounter.has('http://terminology.hl7.org/CodeSystem/v3-ActCode|PUBLICPOL'), false);
  });

  it('leaves value sets open that draw on systems not at hand', () => {
    const mime = definitions.expansion('http://hl7.org/fhir/ValueSet/mimetypes')!;
    assert.ok(mime.open.size > 0);
    assert.equal(definitions.codes('http://hl7.org/fhir/ValueSet/mimetypes'), undefined);
    assert.equal(definitions.expansion('http://example.org/none'), undefined);
    assert.equal(definitions.systemCodes('http://snomed.info/sct'), undefined);
    assert.ok(definitions.systemCodes('http://hl7.org/fhir/administrative-gender')?.has('male'));
  });

  it('holds the portal’s own profiles, with snapshots made at build', () => {
    const profile = definitions.structure('https://portico.health/fhir/StructureDefinition/secure-message');
    const elements = (profile?.['snapshot'] as { element: { id: string; min: number }[] }).element;
    assert.equal(elements.find(({ id }) => id === 'Communication.sender')?.min, 1);
    assert.ok(elements.some(({ id }) => id === 'Communication.extension:read'));
    assert.equal(definitions.codes('https://portico.health/fhir/ValueSet/role')?.size, 11);
  });
});
