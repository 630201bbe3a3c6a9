/** Templates of messages as administrators write them. */
import { coding, OWN, reference } from './desk.js';

/**
 * @param texts by language
 * @param groups whose staff use it, `Organization/1`; none: all
 */
export const template = (texts: Readonly<Record<string, string>>, groups: string[] = [], more: object = {}) => ({
  ...{ resourceType: 'ActivityDefinition', title: 'Ready', status: 'active', kind: 'CommunicationRequest' },
  code: coding('activity-type', 'message-template'),
  extension: Object.entries(texts).map(([language, text]) => ({
    url: `${OWN}/StructureDefinition/template-text`,
    extension: [
      { url: 'language', valueCode: language },
      { url: 'text', valueString: text },
    ],
  })),
  ...(groups.length > 0 && {
    useContext: groups.map(group => ({
      code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'user' },
      valueReference: reference(group),
    })),
  }),
  ...more,
});
