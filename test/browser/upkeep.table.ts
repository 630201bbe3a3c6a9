/** The pages of the Workbench for delivery, words and audit, and how a reader gets there. */
import { asStaff } from './members.table.js';
import type { ListedPage } from './pages.table.js';

export const upkeepPages: readonly ListedPage[] = [
  {
    name: 'deliveries',
    routes: ['GET /workbench/deliveries', 'POST /workbench/deliveries'],
    async open(reader) {
      const { fhir, member, mails, server } = reader.portal;
      await server.app.dispatcher.stop();
      const { patient, email } = await member();
      const record = await fhir('demo-system', 'GET', patient);
      const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
      await fhir('demo-clinician', 'POST', 'Communication', {
        ...{ resourceType: 'Communication', status: 'completed', category: [{ coding }] },
        ...{ subject: { reference: patient }, payload: [{ contentString: 'Your results are there.' }] },
      });
      await fhir('demo-system', 'PUT', patient, { ...record, telecom: undefined });
      await mails(email);
      server.app.dispatcher.start();
      await asStaff(reader, 'administrator');
      await reader.go('/workbench/deliveries');
    },
  },
  {
    name: 'audit',
    routes: ['GET /workbench/audit'],
    async open(reader) {
      const { patient } = await reader.portal.member();
      await asStaff(reader, 'auditor');
      await reader.go(`/workbench/audit?patient=${patient}`);
    },
  },
  {
    name: 'wordings',
    routes: ['GET /workbench/wordings'],
    async open(reader) {
      await asStaff(reader, 'configuration-manager');
      await reader.go('/workbench/wordings');
    },
  },
  {
    name: 'wording-preview',
    routes: ['GET /workbench/wordings/wording', 'POST /workbench/wordings/preview'],
    async open(reader) {
      await asStaff(reader, 'configuration-manager');
      await reader.go('/workbench/wordings/wording?id=notice-new-message&for=ar');
      await reader.page.locator('button[formtarget]').click();
      await reader.page.frameLocator('iframe[name=preview]').locator('h1').waitFor();
    },
  },
  {
    name: 'wording-late',
    routes: ['POST /workbench/wordings/wording'],
    async open(reader) {
      await asStaff(reader, 'configuration-manager');
      await reader.go('/workbench/wordings/wording?id=notice-text-help&for=en');
      const { fhir } = reader.portal;
      const path = 'ActivityDefinition/notice-text-help';
      const wording = await fhir('demo-system', 'GET', path);
      await fhir('demo-system', 'PUT', path, { ...wording, description: reader.page.url() });
      await reader.send('/workbench/wordings/wording');
    },
  },
  {
    name: 'translations',
    routes: ['GET /workbench/translations'],
    async open(reader) {
      await asStaff(reader, 'configuration-manager');
      await reader.go('/workbench/translations');
    },
  },
  {
    name: 'translations-refused',
    routes: ['GET /workbench/translations/language', 'POST /workbench/translations/language'],
    async open(reader) {
      await asStaff(reader, 'configuration-manager');
      await reader.go('/workbench/translations/language?tag=ar&show=all&find=waitSeconds');
      await reader.page.fill('[name="text-waitSeconds_one"]', '{{name}}');
      await reader.page.locator('form[method=post] button[type=submit]').click();
      await reader.page.waitForLoadState();
    },
  },
];
