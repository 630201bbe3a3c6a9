/** Links in a resource, replaced. */
import assert from 'node:assert/strict';
import { parseStored } from '../../src/fhir/json.js';
import { mapReferences } from '../../src/fhir/map-references.js';
import type { Json } from '../../src/fhir/resource.js';

const mapped = (value: Json): Json => mapReferences(value, text => text.replace('urn:uuid:1', 'Patient/1'));
const urn = 'urn:uuid:1';

describe('fhir/map-references', () => {
  it('replaces references and uris at every depth', () => {
    const resource = {
      subject: { reference: urn },
      content: [{ attachment: { url: urn } }],
      extension: [{ valueUri: urn }],
    };
    assert.deepEqual(mapped(resource), {
      ...{ subject: { reference: 'Patient/1' }, content: [{ attachment: { url: 'Patient/1' } }] },
      extension: [{ valueUri: 'Patient/1' }],
    });
  });

  it('leaves canonicals and text alone', () => {
    const resource = { instantiatesCanonical: urn, valueCanonical: urn, description: urn, system: urn };
    assert.deepEqual(mapped(resource), resource);
  });

  it('replaces links and images in narrative, and not its words', () => {
    assert.deepEqual(mapped({ div: `<div><a href="${urn}">${urn}</a><img src="${urn}"/></div>` }), {
      div: `<div><a href="Patient/1">${urn}</a><img src="Patient/1"/></div>`,
    });
  });

  it('tells the name of the element', () => {
    const names: string[] = [];
    mapReferences({ a: { reference: 'x' }, url: 'y' }, (text, name) => {
      names.push(name);
      return text;
    });
    assert.deepEqual(names, ['reference', 'url']);
  });

  it('keeps the digits of numbers, and leaves what it was given unchanged', () => {
    const resource = parseStored<Json>('{"value":1.50,"reference":"urn:uuid:1"}');
    assert.equal(JSON.stringify(mapped(resource)), '{"value":1.50,"reference":"Patient/1"}');
    assert.equal(JSON.stringify(resource), '{"value":1.50,"reference":"urn:uuid:1"}');
  });
});
