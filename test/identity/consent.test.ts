/** What the page says on which people grant access, and that each of its lines does what it says. */
import assert from 'node:assert/strict';
import { isSlow } from '../fixtures/storages.js';
import { eachApp } from './each-app.js';
import { offeredIn, type LaunchOptions } from './launch.js';

const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';

eachApp('the consent page', surroundings => {
  /** The texts of the lines of the page. */
  async function linesFor(scope: string, person: string, lang: string): Promise<string[]> {
    const { app } = surroundings();
    const asked = await app.ask({ scope });
    const { url } = await app.signIn(asked, person);
    const { text } = await asked.jar.open(`${url}?lang=${lang}`, asked.redirect);
    const lines = [...text.matchAll(/name="scope" value="[^"]+" checked \/>\s*<span\s*>(.*?)<\/span/gs)];
    return lines.map(([, line = '']) => line.trim());
  }

  const all = [
    ['Practitioner/demo-clinician', 'launch/patient user/*.cruds user/*.$*'],
    ['Person/demo-patient', 'launch/patient patient/*.cruds patient/*.$* patient/Communication.$mark-read'],
  ] as const;
  for (const [person, scope] of all)
    for (const lang of ['en', 'ar'])
      it(`[R126] [RN-10] names every type in plain words, and no two lines alike: ${person}, ${lang}`, async () => {
        const lines = await linesFor(scope, person, lang);
        assert.ok(lines.length > 10);
        assert.deepEqual(
          lines.filter(line => line.includes('<bdi') || /: *$/.test(line)),
          [],
        );
        assert.equal(new Set(lines).size, lines.length, lines.join('\n'));
      });

  it('[R126] says to what the app itself narrows what it asks for', async () => {
    const scope = `launch/patient patient/Observation.rs?category=${CATEGORY}|vital-signs`;
    const [line] = await linesFor(scope, 'Person/demo-patient', 'en');
    assert.equal(line, 'Measurements and test results (Vital signs): see');
    const other = 'launch/patient patient/Observation.rs?code=http://loinc.org|8867-4';
    assert.match(
      (await linesFor(other, 'Person/demo-patient', 'en'))[0] ?? '',
      /\(<bdi dir="ltr">code=.*8867-4<\/bdi>\)/,
    );
  });

  const launched = async (options: LaunchOptions): Promise<Set<string>> =>
    new Set(String((await surroundings().app.launch(options))['scope']).split(' '));

  it('[R126] [A29] each type can be left out, and the rest is granted', async () => {
    const { app, storage } = surroundings();
    for (const [person, scope] of [
      ['Person/demo-patient', 'launch/patient patient/*.rs'],
      ['Practitioner/demo-clinician', 'launch/patient user/*.rs'],
    ] as const) {
      const offered = offeredIn(await app.signIn(await app.ask({ scope }), person));
      for (const out of isSlow(storage) ? offered.slice(0, 2) : offered) {
        const rest = offered.filter(one => one !== out);
        const granted = await launched({ scope, person, patient: 'demo-patient', choose: () => rest });
        assert.deepEqual(granted, new Set(['launch/patient', ...rest]), out);
      }
    }
  });

  it('[R126] each category on the page can be granted alone, and several together', async () => {
    const { app } = surroundings();
    const scope = 'launch/patient patient/Observation.rs';
    const { text } = await app.signIn(await app.ask({ scope }));
    const categories = [...text.matchAll(/name="scope" value="([^"]+\?category=[^"]+)"/g)].map(([, one = '']) => one);
    assert.ok(categories.length >= 4);
    for (const chosen of [...categories.map(one => [one]), categories.slice(0, 2)])
      assert.deepEqual(await launched({ scope, choose: () => chosen }), new Set(['launch/patient', ...chosen]));
  });
});
