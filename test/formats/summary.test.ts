import assert from 'node:assert/strict';
import type { Resource } from '../../src/fhir/resource.js';
import { isElement, parseView, project } from '../../src/formats/summary.js';
import { definitions } from './definitions.js';

const message: Resource = {
  resourceType: 'Communication',
  id: '1',
  meta: { versionId: '2', tag: [{ system: 'http://x', code: 'y' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  status: 'completed',
  sent: '2026-01-01T00:00:00Z',
  _sent: { id: 's' },
  payload: [{ contentString: 'secret' }],
  note: [{ text: 'n' }],
};
const subsetted = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
};
const names = (resource: Resource): string[] => Object.keys(resource).sort();

describe('formats/summary', () => {
  it('[R23] _summary=true keeps summary and mandatory elements, and tags', () => {
    const part = project(message, { summary: 'true' }, definitions);
    assert.deepEqual(names(part), ['id', 'meta', 'resourceType', 'status']);
    assert.deepEqual(part.meta, { versionId: '2', tag: [{ system: 'http://x', code: 'y' }, subsetted] });
  });

  it('[R23] _summary=text keeps text, id, meta and what is mandatory', () => {
    assert.deepEqual(names(project(message, { summary: 'text' }, definitions)), [
      'id',
      'meta',
      'resourceType',
      'status',
      'text',
    ]);
  });

  it('[R23] _summary=data leaves the text out', () => {
    const part = project(message, { summary: 'data' }, definitions);
    assert.equal('text' in part, false);
    assert.deepEqual(part['payload'], message['payload']);
  });

  it('[R23] _elements keeps those named, their siblings, and what is mandatory', () => {
    const part = project(message, { elements: ['sent'] }, definitions);
    assert.deepEqual(names(part), ['_sent', 'id', 'meta', 'resourceType', 'sent', 'status']);
  });

  it('[R23] keeps choices by their name without type', () => {
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      valueString: 'v',
      issued: 'i',
    };
    assert.deepEqual(names(project(observation, { elements: ['value'] }, definitions)), [
      'code',
      'meta',
      'resourceType',
      'status',
      'valueString',
    ]);
  });

  it('[R23] knows choices by their name in JSON: of that type alone', () => {
    const observation = { resourceType: 'Observation', status: 'final', valueString: 'v', _valueString: { id: 'x' } };
    const shown = (name: string) => names(project(observation, { elements: [name] }, definitions));
    assert.deepEqual(shown('valueString'), ['_valueString', 'meta', 'resourceType', 'status', 'valueString']);
    assert.deepEqual(shown('valueQuantity'), ['meta', 'resourceType', 'status']);
    const known = ['value', 'valueString', 'status', 'id', 'meta', 'extension', 'contained'];
    const unknown = ['valueHumanName', 'valuestring', 'name', 'status.x', 'statusString', '__proto__', 'constructor'];
    for (const name of known) assert.ok(isElement(definitions, 'Observation', name), name);
    for (const name of unknown) assert.ok(!isElement(definitions, 'Observation', name), name);
  });

  it('leaves the whole resource alone, the one given too', () => {
    assert.equal(project(message, { summary: 'false' }, definitions), message);
    assert.equal(project(message, {}, definitions), message);
    assert.equal((message.meta?.['tag'] as unknown[]).length, 1);
  });

  it('[R12] reads views, and refuses values it does not know', () => {
    assert.equal(parseView([]), undefined);
    assert.equal(parseView([['_summary', 'false']]), undefined);
    assert.deepEqual(parseView([['_summary', 'text']]), { summary: 'text' });
    assert.deepEqual(parseView([['_elements', 'sent,status']]), { elements: ['sent', 'status'] });
    assert.deepEqual(parseView([['_elements', 'Patient.name,value[x]']]), { elements: ['name', 'value'] });
    assert.throws(() => parseView([['_summary', 'yes']]), { kind: 'invalid' });
    assert.throws(() => parseView([['_elements', 'sent;drop']]), { kind: 'invalid' });
    assert.throws(() => parseView([['_elements', '']]), { kind: 'invalid' });
  });

  it('chooses inside elements defined in place', () => {
    const patient = {
      resourceType: 'Patient',
      link: [{ other: { reference: 'Patient/2' }, type: 'seealso' }],
      contact: [{ gender: 'male' }],
      active: true,
    };
    const part = project(patient, { summary: 'true' }, definitions);
    assert.deepEqual(part['link'], patient.link);
    assert.equal('contact' in part, false);
  });
});
