/** fhirclient.js in Chromium, at an origin of its own, against the program as it is started. */
import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startProgram, type StartedProgram } from '../fixtures/started-program.js';
import { app as appMetadata, register } from '../identity/registering.js';
import { startSmartApp, type SmartApp, type SmartAppSettings } from './smart-app.js';

/** What the app shows. */
interface Seen {
  patient: string;
  again: string;
  user: string;
  fhirUser: string;
  observations: string[];
  encounter: string | null;
  context: Record<string, unknown>;
  first: Record<string, string>;
  isPkce: boolean;
}

describe('browser: fhirclient.js', () => {
  let program: StartedProgram;
  let browser: Browser;
  let smartApp: SmartApp;
  let settings: SmartAppSettings;

  before(async () => {
    program = await startProgram();
    smartApp = await startSmartApp(() => settings);
    const metadata = appMetadata({
      ...{ redirect_uris: [`${smartApp.origin}/app`], initiate_login_uri: `${smartApp.origin}/launch` },
      scope: 'openid fhirUser offline_access online_access launch launch/patient patient/*.rs user/*.rs',
    });
    const { body } = await register(program, metadata);
    settings = { clientId: String(body['client_id']), scope: '', iss: program.portal };
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser.close();
    smartApp.close();
    await program.close();
  });

  /** A person opens the app, signs in, grants what it asks for; resolves with what the app shows then. */
  async function opened(path: string, scope: string, person: string): Promise<Seen> {
    settings = { ...settings, scope };
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(smartApp.origin + path);
    await page.click(`button[value="${person}"]`);
    await page.click('button[value="allow"]');
    const seen = await shownIn(page);
    assert.deepEqual(complaints, []);
    await context.close();
    return seen;
  }

  async function shownIn(page: Page): Promise<Seen> {
    await page.waitForURL(`${smartApp.origin}/app**`);
    await page.waitForSelector('#seen:not(:empty)');
    const seen = JSON.parse((await page.textContent('#seen')) ?? '{}') as Seen & { error?: string };
    assert.equal(seen.error, undefined);
    return seen;
  }

  function checked(seen: Seen, user: string): void {
    assert.deepEqual([seen.patient, seen.again, seen.user], ['demo-patient', 'demo-patient', user]);
    assert.match(seen.fhirUser, new RegExp(`${user}$`));
    assert.ok(seen.observations.length > 0 && seen.observations.every(type => type === 'Observation'));
    assert.equal(seen.isPkce, true);
    assert.notEqual(seen.context['access_token'], seen.first['access_token']);
    assert.notEqual(seen.context['refresh_token'], seen.first['refresh_token']);
  }

  it('[R122] [R124] [R129] a patient starts it: PKCE, their record, a refresh', async () => {
    const scope = 'openid fhirUser offline_access launch/patient patient/Patient.rs patient/Observation.rs';
    checked(await opened('/start', scope, 'Person/demo-patient'), 'Patient/demo-patient');
  });

  it('[R122] [R130] an EHR opens it for a clinician: the patient and the encounter that are open there', async () => {
    const answer = await fetch(`${program.portal}/Patient/demo-patient/$launch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${program.token('demo-ehr')}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [
          { name: 'client', valueString: settings.clientId },
          { name: 'encounter', valueReference: { reference: 'Encounter/e1' } },
        ],
      }),
    });
    const { parameter } = (await answer.json()) as { parameter: [{ valueString: string }] };
    const query = new URLSearchParams({ iss: program.portal, launch: parameter[0].valueString });
    const scope = 'openid fhirUser online_access launch user/Patient.rs user/Observation.rs user/Practitioner.r';
    const seen = await opened(`/launch?${query.toString()}`, scope, 'Practitioner/demo-clinician');
    checked(seen, 'Practitioner/demo-clinician');
    assert.equal(seen.encounter, 'e1');
  });

  it('[R135] who denies is shown so by the library, with the state of the app', async () => {
    settings = { ...settings, scope: 'launch/patient patient/Patient.rs' };
    const page = await browser.newPage();
    await page.goto(`${smartApp.origin}/start`);
    await page.click('button[value="Person/demo-patient"]');
    await page.click('button[value="deny"]');
    await page.waitForSelector('#seen:not(:empty)');
    assert.match((await page.textContent('#seen')) ?? '', /did not allow/);
    await page.close();
  });
});
