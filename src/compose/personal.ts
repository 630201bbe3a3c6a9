/** Search parameters that depend on the caller and the moment. */
import type { PractitionerRole } from 'fhir/r4.js';
import { acceptsMessages, type Acceptance } from '../access/accepts-messages.js';
import { boxesOf } from '../access/boxes.js';
import { careTeam } from '../access/care-team.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import { takesWrites } from '../configuration/switches.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { boundsOf, holds } from '../fhir/period.js';
import type { Resource } from '../fhir/resource.js';
import { groupsTaking } from '../portal/flow.js';
import type { WorkflowReader } from '../portal/step.js';
import type { Filter } from '../search/query.js';
import type { Context, HandlerParts } from '../service.js';
import { readerOf, type ReaderParts } from '../writing/workflow-reader.js';

const ACCEPTS = 'accepts-messages';
const CARE_TEAM = 'care-team';
const CATEGORIES = ['general', 'medical', 'billing'] as const;

type PersonalParts = ReaderParts & { readonly configuration: CurrentConfiguration };

export const createPersonal =
  (parts: PersonalParts): HandlerParts['personal'] =>
  async (context, query) => {
    const asked = query.flatMap(([name, value]) => (name === ACCEPTS ? [value] : []));
    const accepting = asked.length > 0 ? await acceptance(context, asked, parts) : undefined;
    const boxes = boxesOf(context.actor);
    return {
      ...boxes,
      filter(type, code, value) {
        if (code === ACCEPTS) return accepting?.(type, value);
        return code === CARE_TEAM ? careTeam(type, value) : boxes.filter(type, code, value);
      },
    };
  };

/** Of a type and a category. */
type AcceptanceFilter = (type: string, category: string) => Filter | undefined;

/** Who takes messages at this moment: flows are followed once a search. */
async function acceptance(context: Context, asked: readonly string[], parts: PersonalParts): Promise<AcceptanceFilter> {
  const now = parts.clock.now();
  const reader = readerOf(context, context.asSystem('who takes messages: flows and their agents'), parts);
  const categories = CATEGORIES.filter(one => asked.includes(one));
  const [groups, ended] = await Promise.all([groupsTaking(categories, reader, now), endedOf(reader, now)]);
  const switched = await parts.configuration();
  return (type, value) => {
    const taking = groups.get(value);
    if (!taking) {
      throw new Fault('invalid', `The value of '${ACCEPTS}' is one of ${CATEGORIES.join(', ')}.`, { code: 'value' });
    }
    const isOn = takesWrites(switched, context.actor, question(value, reader.own), reader.own);
    return acceptsMessages(type, { now, groups: isOn ? taking : [], ended } satisfies Acceptance);
  };
}

/** What the caller would send, as far as switches judge it. */
const question = (category: string, own: OwnCanonicals): Resource => ({
  resourceType: 'Communication',
  category: [{ coding: [{ system: own.codeSystem('message-category'), code: category }] }],
});

const MOST_ENDING = 1000;

/** Of the roles whose end, by its precision, includes this moment, those that are over. */
async function endedOf(reader: WorkflowReader, now: number): Promise<string[]> {
  const found = await reader.find<PractitionerRole>(
    'PractitionerRole',
    [
      ['date', `gt${instant(now - 1)}`],
      ['date', `eb${instant(now + 1000)}`],
    ],
    MOST_ENDING,
  );
  return found.flatMap(({ resource }) => (holds(boundsOf(resource.period), now) ? [] : (resource.id ?? [])));
}
