/** String search over HTTP. https://hl7.org/fhir/R4/search.html#string */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const long = 'x'.repeat(1000);
const patient = (id: string, ...name: object[]) => resource('Patient', id, { name });

const resources = [
  patient('chalmers', { family: 'Chalmers', given: ['Peter', 'James'] }, { use: 'usual', given: ['Jim'] }),
  patient('accent', { family: 'Müller-Lüdenscheidt', given: ['José'] }),
  resource('Practitioner', 'carreno', { name: [{ family: 'Carreño Quiñones' }] }),
  resource('Patient', 'words', {
    name: [{ family: 'van den Berg' }],
    generalPractitioner: [{ reference: 'Practitioner/carreno' }],
  }),
  patient('plain', { family: 'Muller', given: ['Jose'] }),
  patient('apostrophe', { family: "O'Brien", given: ['Zoë'] }),
  patient('nordic', { family: 'Sørensen', given: ['Bjørn'] }),
  patient('text', { text: 'Dr. Grace Brewster Hopper' }),
  patient('arabic', { family: 'الأحمد', given: ['محمد'] }),
  patient('percent', { family: '100%_sure*', given: ['a\\b'] }),
  patient('comma', { family: 'Smith, Jr', given: ['One|Two$Three'] }),
  patient('long', { family: long }),
  resource('Patient', 'nameless', {
    address: [{ line: ['12 Rue de l’Église', 'Apt 3'], city: 'Orléans', state: 'CVL', postalCode: '45000' }],
  }),
  resource('Patient', 'address', { address: [{ text: 'Kings Road 7', city: 'London', country: 'GB' }] }),
];

describe('string search', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R80', [
      ['the start of a name', 'Patient?name=chal', 'chalmers'],
      ['whatever the case', 'Patient?family=CHALMERS', 'chalmers'],
      ['any given name', 'Patient?given=james', 'chalmers'],
      ['a name of another use', 'Patient?name=jim', 'chalmers'],
      ['not the middle of a word', 'Patient?family=halm'],
      ['the whole name', 'Patient?name=Peter%20James%20Chalmers', 'chalmers'],
      ['accents in data alone', 'Patient?family=muller', 'accent', 'plain'],
      ['accents in the search alone', 'Patient?given=JOSÉ', 'accent', 'plain'],
      ['an accent as a mark of its own', 'Patient?given=jose%CC%81', 'accent', 'plain'],
      ['letters that do not decompose', 'Patient?family=sorensen', 'nordic'],
      ['apostrophes left out', 'Patient?family=obrien', 'apostrophe'],
      ['apostrophes kept', "Patient?family=O'Br", 'apostrophe'],
      ['hyphens as spaces', 'Patient?family=muller%20ludenscheidt', 'accent'],
      ['a later word of a family name', 'Patient?family=Lüdenscheidt', 'accent'],
      ['its start, among all parts of the name', 'Patient?name=luden', 'accent'],
      ['a family name of three words, by the second on', 'Patient?family=den%20berg', 'words'],
      ['the last of them', 'Patient?family=BERG', 'words'],
      ['one of a practitioner', 'Practitioner?family=quinones', 'carreno'],
      ['behind a chain', 'Patient?general-practitioner:Practitioner.family=quinones', 'words'],
      ['not the middle of a later word', 'Patient?family=denscheidt'],
      ['exact: not a word', 'Patient?family:exact=Berg'],
      ['name.text', 'Patient?name=dr%20grace', 'text'],
      ['another script', `Patient?family=${encodeURIComponent('الأح')}`, 'arabic'],
      ['exact: the very text', 'Patient?family:exact=Chalmers', 'chalmers'],
      ['exact: not in another case', 'Patient?family:exact=chalmers'],
      ['exact: not its start', 'Patient?family:exact=Chalm'],
      ['exact: not without accents', 'Patient?given:exact=Jose', 'plain'],
      ['contains: the middle', 'Patient?family:contains=HALM', 'chalmers'],
      ['contains: the end', 'Patient?family:contains=ludenscheidt', 'accent'],
      ['contains: without accents', 'Patient?family:contains=uller', 'accent', 'plain'],
      ['a long value', `Patient?family=${long}`, 'long'],
      ['a long value, exactly', `Patient?family:exact=${long}`, 'long'],
      ['a long value, contained', `Patient?family:contains=${long.slice(30)}`, 'long'],
      ['a longer one is not contained', `Patient?family:contains=${long.slice(30)}y`],
      ['longer than what is there', `Patient?family=${long}y`],
      ['address: a line', 'Patient?address=12%20rue', 'nameless'],
      ['address: its second line', 'Patient?address=apt', 'nameless'],
      ['address: the city', 'Patient?address=orleans', 'nameless'],
      ['address: a text', 'Patient?address=kings', 'address'],
      ['address-city', 'Patient?address-city=London', 'address'],
      ['address-country', 'Patient?address-country=GB', 'address'],
      ['address-postalcode', 'Patient?address-postalcode=450', 'nameless'],
      ['either of two', 'Patient?family=chalmers,o%27brien', 'chalmers', 'apostrophe'],
      ['both of two', 'Patient?given=peter&given=james', 'chalmers'],
      ['without a value', 'Patient?name:missing=true', 'nameless', 'address'],
    ]);
    finds(customer, 'R70', [
      ['an escaped comma', 'Patient?family:exact=Smith%5C,%20Jr', 'comma'],
      ['an encoded escaped comma', 'Patient?family:exact=Smith%5C%2C%20Jr', 'comma'],
      ['an unescaped comma is an OR', 'Patient?family:exact=Smith,Chalmers', 'chalmers'],
      ['escaped bars and dollars', 'Patient?given:exact=One%5C%7CTwo%5C%24Three', 'comma'],
      ['an escaped backslash', 'Patient?given:exact=a%5C%5Cb', 'percent'],
    ]);
    finds(customer, 'F04', [
      ['wildcards of SQL mean nothing', 'Patient?family=%25'],
      ['they stand for themselves', 'Patient?family=100%25_', 'percent'],
      ['an underscore is no wildcard', 'Patient?family=Ch_lmers'],
      ['wildcards in contains', 'Patient?family:contains=%25_s', 'percent'],
      ['an asterisk', 'Patient?family=Chal*'],
      ['quotes of SQL', 'Patient?family=x%27%20OR%201=1--'],
      ['an operator of Mongo', 'Patient?family=%7B%22%24ne%22:1%7D'],
      ['characters beyond the basic plane', `Patient?family=${encodeURIComponent('😀')}`],
    ]);
    finds(customer, 'F08', [
      ['an expression that backtracks', `Patient?family:contains=${encodeURIComponent('(a+)+$')}`],
      ['an expression that matches all', 'Patient?family:contains=.*.*.*'],
      ['in exact', `Patient?family:exact=${encodeURIComponent('(a+)+$')}`],
    ]);
    refuses(customer, 'F08', [
      ['a thousand characters in the middle', `Patient?family:contains=${long}`, 'too-costly'],
      ['a thousand at the end', `Patient?_filter=family%20ew%20%22${long}%22`, 'too-costly'],
      ['ten thousand asterisks', `Patient?family:contains=${'*'.repeat(10_000)}`, 'too-costly'],
    ]);
    refuses(customer, 'R65', [
      ['an empty value', 'Patient?family=', 'value'],
      ['an empty part', 'Patient?family=a,,b', 'value'],
      ['an unknown modifier', 'Patient?family:sounds=x', 'not-supported'],
      ['a modifier of another type', 'Patient?family:above=x', 'not-supported'],
      ['a bad missing', 'Patient?family:missing=maybe', 'value'],
    ]);

    it('[R69] [R80] words of a family name change no order', async () => {
      const { ids } = await customer().search('Patient?_sort=family&_id=accent,chalmers,nordic,words');
      assert.deepEqual(ids, ['chalmers', 'accent', 'nordic', 'words']);
    });

    it('[F04] takes NUL, lone surrogates and ten thousand marks as what they are', async () => {
      for (const value of ['%00', '%ED%A0%80']) {
        const { status } = await customer().call('GET', `Patient?family:exact=${value}`);
        assert.equal(status, 400, value);
      }
      const { ids } = await customer().post('Patient/_search', `family=chalmers${'%CC%81'.repeat(10_000)}`);
      assert.deepEqual(ids, ['chalmers']);
    });
  });
});
