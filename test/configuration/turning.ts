/** Switches of the portal turned off by its configuration. */
import type { Basic } from 'fhir/r4.js';
import type { SwitchName } from '../../src/configuration/settings.table.js';
import type { Answer, Journey } from '../portal/journey.js';

const OWN = 'https://portico.health/fhir';

/** Turns these off, and all others on. */
export const turning =
  (journey: () => Journey) =>
  (...off: SwitchName[]): Promise<Answer> => {
    const extension = off.map(url => ({ url, valueBoolean: false }));
    const all =
      extension.length === 0 ? {} : { extension: [{ url: `${OWN}/StructureDefinition/portal-settings`, extension }] };
    const code = { coding: [{ system: `${OWN}/CodeSystem/basic-type`, code: 'portal-configuration' }] };
    const body: Basic = { resourceType: 'Basic', id: 'portal-configuration', ...all, code };
    return journey().expect(200, 'demo-system', 'PUT', 'Basic/portal-configuration', body);
  };
