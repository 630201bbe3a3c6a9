import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseStored } from '../../src/fhir/json.js';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { fromXml, fromXmlInSlices, toXml } from '../../src/formats/xml.js';
import { definitions } from './definitions.js';

const shared = join(process.cwd(), '../shared/data');
const depth = 64;

/** Compared as text, so that decimals count by their digits; the order of names does not. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) && !('rawJSON' in part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function assertRoundTrip(resource: Resource): void {
  const back = fromXml(toXml(resource, definitions), definitions, { maxDepth: depth });
  assert.equal(canonical(back), canonical(resource), `${resource.resourceType}/${resource.id ?? ''}`);
}

function own(name: string): Resource[] {
  const text = gunzipSync(readFileSync(`definitions/${name}.ndjson.gz`)).toString();
  return text
    .trim()
    .split('\n')
    .map(line => parseStored<Resource>(line));
}

const read = (xml: string): Resource => fromXml(xml, definitions, { maxDepth: depth });
const patient = (inner: string): string => `<Patient xmlns="http://hl7.org/fhir">${inner}</Patient>`;

describe('formats/xml', () => {
  it('[R10] [R155] brings back what it wrote: HL7 definitions', () => {
    for (const name of ['SearchParameter', 'OperationDefinition', 'CompartmentDefinition'])
      own(name).forEach(assertRoundTrip);
    own('StructureDefinition')
      .filter((_, index) => index % 20 === 0)
      .forEach(assertRoundTrip);
    own('ValueSet')
      .filter((_, index) => index % 20 === 0)
      .forEach(assertRoundTrip);
  });

  it('[F13] reads large texts in slices: narratives that begin in one and end in another too', async () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'<p>é <b>x</b>\r\n</p>'.repeat(3000)}</div>`;
    const contained = Array.from({ length: 3 }, (_, at) => ({
      ...{ resourceType: 'Patient', id: `p${at}`, text: { status: 'generated', div } },
      name: Array.from({ length: 500 }, () => ({ family: 'x'.repeat(at) || 'y' })),
    }));
    const text = toXml({ resourceType: 'Observation', contained, status: 'final', code: { text: 'a' } }, definitions);
    let slices = 0;
    const limits = { maxDepth: depth };
    const sliced = await fromXmlInSlices(text, definitions, limits, async () => void (slices += 1));
    assert.ok(slices > 5);
    assert.deepEqual(sliced, fromXml(text, definitions, limits));
  });

  it('[F13] bounds elements and text, of each entry where a Bundle is processed entry by entry', () => {
    const name = '<name><family value="abc"/></name>';
    const sized = (maxElements: number, maxText: number, perEntry = false) => ({
      maxDepth: depth,
      maxElements,
      maxText,
      perEntry,
    });
    const many = patient(name.repeat(10));
    assert.throws(() => fromXml(many, definitions, sized(15, 1000)), { kind: 'too-large' });
    assert.throws(() => fromXml(many, definitions, sized(1000, 25)), { kind: 'too-large' });
    fromXml(many, definitions, sized(25, 30));
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(100)}</div>`;
    const told = patient(`<text><status value="generated"/>${div}</text>`);
    assert.throws(() => fromXml(told, definitions, sized(25, 200)), { kind: 'too-large' }, 'narrative counts twice');
    fromXml(told, definitions, sized(25, 400));
    const bundle = `<Bundle xmlns="http://hl7.org/fhir">${`<entry><resource>${many}</resource></entry>`.repeat(3)}</Bundle>`;
    assert.throws(() => fromXml(bundle, definitions, sized(30, 40)), { kind: 'too-large' });
    fromXml(bundle, definitions, sized(30, 40, true));
    const data = `<photo><data value="${'AAAA'.repeat(100)}"/></photo>`;
    fromXml(patient(data), definitions, sized(30, 10));
  });

  it('[R32] keeps decimals, siblings of primitives, contained resources and narrative', () => {
    assertRoundTrip(
      parseStored<Resource>(`{"resourceType":"Observation","id":"a","text":{"status":"generated","div":
        "<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>5 &lt; 6 <b>x</b><br/>é</p></div>"},
        "contained":[{"resourceType":"Patient","id":"p","active":true}],"status":"final","_status":{"id":"s"},
        "code":{"text":"a\\tb\\nc \\"q\\" <&>"},"valueQuantity":{"value":1.00},
        "component":[{"code":{"text":"x"},"valueQuantity":{"value":0.010}},{"code":{"text":"y"},"valueInteger":-3}]}`),
    );
    assertRoundTrip(
      parseStored<Resource>(`{"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,{"id":"g",
        "extension":[{"url":"http://x","valueBoolean":false}]},null]},{"given":["b"],"_given":[{"id":"h"}]}]}`),
    );
  });

  it('[R10] writes the characters that narrative names as HTML does: XML does not know the names', () => {
    const div = (text: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>`;
    const text = {
      status: 'generated',
      div: div('a&nbsp;b &hellip; &Omega; &amp;lt; &amp; &lt; &#233; &nobody; &diams;'),
    };
    const xml = toXml({ resourceType: 'Patient', text }, definitions);
    assert.ok(xml.includes('a&#160;b &#8230; &#937; &amp;lt; &amp; &lt; &#233; &amp;nobody; &#9830;'), xml);
    assert.ok(read(xml));
  });

  it('writes elements in the order of the specification', () => {
    const xml = toXml(
      { resourceType: 'Patient', birthDate: '2000', id: '1', name: [{ given: ['A'], family: 'B' }] },
      definitions,
    );
    assert.equal(
      xml,
      '<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><id value="1"/>' +
        '<name><family value="B"/><given value="A"/></name><birthDate value="2000"/></Patient>',
    );
  });

  it('reads prefixed names, and narrative in its own namespace', () => {
    const xml = `<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><f:text><f:status value="empty"/>
      <h:div><h:p>x</h:p></h:div></f:text></f:Patient>`;
    assert.deepEqual(read(xml)['text'], {
      status: 'empty',
      div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div>',
    });
  });

  it('[F12] refuses document types, entities, unknown elements, attributes and values', () => {
    const bad: [string, RegExp, string?][] = [
      [
        '<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir"/>',
        /Document type/,
      ],
      [patient('<id value="&x;"/>'), /well-formed/],
      [patient('<nme/>'), /Unknown element/, 'Patient.nme'],
      [patient('<gender/>'), /value or children/, 'Patient.gender'],
      [patient('<name><given value="A"/><given/></name>'), /value or children/, 'Patient.name[0].given[1]'],
      [patient('<name><given value="a" valeu="b"/></name>'), /Unknown attribute/, 'Patient.name[0].given'],
      [patient('<active value="yes"/>'), /boolean/, 'Patient.active'],
      [patient('<active value="true"/><active value="true"/>'), /once/, 'Patient.active'],
      [patient('<multipleBirthInteger value="1.0"/>'), /integer/, 'Patient.multipleBirthInteger'],
      [patient('words'), /Text/, 'Patient'],
      [patient('<contained/>'), /missing/, 'Patient.contained[0]'],
      [patient('<contained><HumanName/></contained>'), /resource type/],
      ['<Patient xmlns="http://other"/>', /namespace/],
      ['<HumanName xmlns="http://hl7.org/fhir"/>', /resource type/],
      ['<Patient xmlns="http://hl7.org/fhir">', /well-formed/],
      ['', /well-formed|no resource/],
    ];
    for (const [xml, message, expression] of bad) {
      assert.throws(
        () => read(xml),
        (error: { kind: string; message: string; detail: { expression?: string } }) => {
          assert.equal(error.kind, 'invalid', xml);
          assert.match(error.message, message);
          if (expression) assert.equal(error.detail.expression, expression);
          return true;
        },
      );
    }
  });

  it('[F07] refuses deep nesting before it builds it', () => {
    const deep = '<extension url="x">'.repeat(100) + '</extension>'.repeat(100);
    assert.throws(() => read(patient(deep)), { kind: 'too-costly' });
    const text = (inner: string) =>
      patient(`<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">${inner}</div></text>`);
    const inside = (levels: number) => text('<b>'.repeat(levels) + 'x' + '</b>'.repeat(levels));
    read(inside(60));
    assert.throws(() => read(inside(100)), { kind: 'too-costly' }, 'within a narrative, too');
  });

  it('[F07] refuses an element of very many attributes', () => {
    const attributes = Array.from({ length: 200 }, (_, at) => `xmlns:a${at}="urn:x"`).join(' ');
    assert.throws(() => read(patient(`<active ${attributes} value="true"/>`)), { kind: 'invalid' });
  });

  if (existsSync(shared)) {
    const bundles = ['synthea', 'us-core-reference'].flatMap(folder =>
      readdirSync(join(shared, folder)).map(file => join(shared, folder, file)),
    );
    const resources = (file: string): Resource[] => {
      const bundle = parseStored<Resource>(readFileSync(file, 'utf8'));
      const entries = (bundle['entry'] ?? []) as JsonObject[];
      return [bundle, ...entries.map(entry => entry['resource'] as Resource)];
    };

    it('[R155] brings back whole records', () => bundles.flatMap(resources).forEach(assertRoundTrip));
  }
});
