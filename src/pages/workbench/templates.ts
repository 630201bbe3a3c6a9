/** Templates of messages: those of a group and those of all, and their words for a patient. */
import type { CommunicationRequest } from 'fhir/r4.js';
import type { Query } from '../../fhir/request.js';
import type { Resource } from '../../fhir/resource.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { find, type Desk, type Reply } from './desk.js';
import type { Agent } from './groups.js';

const KIND = 'message-template';

/** @param groups workflow groups of the reader */
export async function templatesFor(desk: Desk, who: SignedIn, groups: readonly string[]): Promise<Agent[]> {
  const query: Query = [
    ['status', 'active'],
    ['_sort', 'title'],
    ['_count', '100'],
  ];
  const searches: Query[] = [[...query, ['group:missing', 'true']]];
  if (groups.length > 0) searches.push([...query, ['group', groups.join(',')]]);
  const found = await Promise.all(searches.map(search => find(desk, who, 'ActivityDefinition', search)));
  return found
    .flatMap(({ matches }) => matches)
    .filter(isTemplate)
    .map(({ id = '', title }) => ({ reference: `ActivityDefinition/${id}`, name: String(title) }));
}

const isTemplate = ({ meta }: Resource): boolean => meta?.profile?.some(one => one.endsWith(`/${KIND}`)) === true;

/** Its words in the patient's language, or why there are none. */
export async function applied(
  desk: Desk,
  who: SignedIn,
  template: string,
  { subject, organization }: { readonly subject: string; readonly organization: string },
): Promise<{ readonly text: string } | { readonly refused: Reply }> {
  const query: Query = [
    ['subject', subject],
    ...(organization.startsWith('Organization/') ? [['organization', organization] as const] : []),
  ];
  const reply = await desk(who, { method: 'GET', path: [...template.split('/').slice(0, 2), '$apply'], query });
  if (reply.status !== 200) return { refused: reply };
  const { payload = [] } = reply.resource as unknown as CommunicationRequest;
  return { text: payload.flatMap(({ contentString }) => contentString ?? []).join('\n\n') };
}
