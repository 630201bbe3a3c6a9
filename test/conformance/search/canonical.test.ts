/** References by canonical URL: searched, chained, included. https://hl7.org/fhir/R4/references.html#canonical */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const FORM = 'http://example.org/Questionnaire/form';
const questionnaire = (id: string, content: object) =>
  resource('Questionnaire', id, { url: FORM, status: 'active', ...content });
const response = (id: string, canonical: string, more: object = {}) =>
  resource('QuestionnaireResponse', id, { questionnaire: canonical, status: 'completed', ...more });

const resources = [
  questionnaire('old', { version: '1.9.0', title: 'First form' }),
  questionnaire('new', { version: '2.1.3', title: 'Second form' }),
  questionnaire('other', { url: 'http://example.org/Questionnaire/other', title: 'Other' }),
  questionnaire('unused', { url: 'http://example.org/Questionnaire/unused', title: 'Unused' }),
  resource('Patient', 'amy', { name: [{ family: 'Amber' }] }),
  response('to-any', FORM, { subject: { reference: 'Patient/amy' } }),
  response('to-old', `${FORM}|1.9.0`, { status: 'in-progress' }),
  response('to-new', `${FORM}|2.1.3`),
  response('to-none', `${FORM}|2.10.0`),
  response('to-other', 'http://example.org/Questionnaire/other'),
];

describe('canonical references', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R85', [
      ['of any version', `QuestionnaireResponse?questionnaire=${FORM}`, 'to-any', 'to-old', 'to-new', 'to-none'],
      ['of one version', `QuestionnaireResponse?questionnaire=${FORM}|2.1.3`, 'to-new'],
      ['below', `QuestionnaireResponse?questionnaire:below=${FORM}`, 'to-any', 'to-old', 'to-new', 'to-none'],
      ['below a version', `QuestionnaireResponse?questionnaire:below=${FORM}|2`, 'to-new', 'to-none'],
      ['below a longer version', `QuestionnaireResponse?questionnaire:below=${FORM}|2.1`, 'to-new'],
      ['below the whole version', `QuestionnaireResponse?questionnaire:below=${FORM}|2.1.3`, 'to-new'],
      ['a url of any version', `Questionnaire?url=${FORM}`, 'old', 'new'],
      ['a url with a version', `Questionnaire?url=${FORM}|2.1.3`, 'new'],
      ['two of them', `Questionnaire?url=${FORM}|1.9.0,http://example.org/Questionnaire/other`, 'old', 'other'],
      ['a version there is not', `Questionnaire?url=${FORM}|3`],
    ]);
    finds(customer, 'R76', [
      ['a chain', 'QuestionnaireResponse?questionnaire.title=second', 'to-any', 'to-new'],
      ['with its type', 'QuestionnaireResponse?questionnaire:Questionnaire.title=first', 'to-any', 'to-old'],
      ['with another condition', 'QuestionnaireResponse?questionnaire.title=first&status=in-progress', 'to-old'],
      ['several values', 'QuestionnaireResponse?questionnaire.title=other,second', 'to-any', 'to-new', 'to-other'],
      ['behind another chain', 'Patient?_has:QuestionnaireResponse:subject:questionnaire.title=first', 'amy'],
      ['that leads nowhere', 'QuestionnaireResponse?questionnaire.title=unused'],
      ['reverse', 'Questionnaire?_has:QuestionnaireResponse:questionnaire:status=in-progress', 'old'],
      ['reverse, without version', 'Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=to-any', 'old', 'new'],
      [
        'reverse with a chain',
        'Questionnaire?_has:QuestionnaireResponse:questionnaire:subject:Patient.name=amber',
        'old',
        'new',
      ],
      ['in a filter', 'QuestionnaireResponse?_filter=questionnaire.title sw "oth"', 'to-other'],
    ]);
    refuses(customer, 'R85', [
      ['a version of nothing', 'QuestionnaireResponse?questionnaire:below=Questionnaire/1', 'value'],
    ]);

    it('[R74] they are included, in the version they name', async () => {
      const include = '_include=QuestionnaireResponse:questionnaire';
      const included = async (id: string) =>
        (await customer().search(`QuestionnaireResponse?_id=${id}&${include}`)).included;
      assert.deepEqual(await included('to-new'), ['Questionnaire/new']);
      assert.deepEqual(await included('to-any'), ['Questionnaire/new', 'Questionnaire/old']);
      assert.deepEqual(await included('to-none'), []);
    });

    it('[R75] what refers to them is included', async () => {
      const query = 'Questionnaire?_id=old&_revinclude=QuestionnaireResponse:questionnaire';
      assert.deepEqual((await customer().search(query)).included, [
        'QuestionnaireResponse/to-any',
        'QuestionnaireResponse/to-old',
      ]);
    });

    it('[R61] a page link keeps the chain', async () => {
      const pages = await customer().pages('QuestionnaireResponse?questionnaire.title=second&_count=1&_sort=_id');
      assert.deepEqual(
        pages.flatMap(({ ids }) => ids),
        ['to-any', 'to-new'],
      );
    });
  });
});
