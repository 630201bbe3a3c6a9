/** A clinical group: its name, whether patients may write to it, and for each category of messages the flow to who answers. */
import type { Organization } from 'fhir/r4.js';
import type { OwnCanonicals } from '../../../fhir/own-canonicals.js';
import { asJson, typed } from '../../../fhir/resource.js';
import { choice, field } from '../../account/fields.js';
import type { Fields, Visit } from '../../account/visit.js';
import { html, type Html } from '../../html.js';
import type { StaffPage } from '../parts.js';
import { CLINICAL_GROUP, GROUPS } from './paths.js';
import { editorPage, type Editor, type Shown } from './editor.js';
import { activeField, nameField, problemText } from './form-parts.js';
import {
  categoryOf,
  flowCategories,
  flowValuesOf,
  withFlows,
  type FlowCategory,
  type FlowValues,
} from './flow-values.js';
import { targetsOf, type Targets } from './targets.js';

interface Values {
  readonly name: string;
  readonly active: boolean;
  readonly flows: FlowValues;
}

const editor: Editor<Values> = {
  path: CLINICAL_GROUP,
  roles: ['healthcare-administrator'],
  type: 'Organization',
  isOne: (resource, own) => own.hasCode(typed<Organization>(resource).type, 'organization-type', 'clinical-group'),
  valuesOf(resource, own) {
    const { name = '', active, extension = [] }: Partial<Organization> = resource ? typed<Organization>(resource) : {};
    return { name, active: active !== false, flows: flowValuesOf({ extension }, own) };
  },
  typed: fields => ({ name: fields('name').trim(), active: fields('active') === '1', flows: typedFlows(fields) }),
  applied: ({ name, active, flows }, before, own) => {
    const group = before ? typed<Organization>(before) : newGroup(own);
    const extension = withFlows(group.extension ?? [], flows, own);
    const { extension: _flows, ...rest } = group;
    const next: Organization = { ...rest, ...(extension.length > 0 ? { extension } : {}), name, active };
    return asJson(next);
  },
  places: (resource, own) => ({
    'Organization.name': 'name',
    'Organization.active': 'active',
    ...Object.fromEntries(
      (typed<Organization>(resource).extension ?? []).flatMap((one, at) => {
        const category = categoryOf(one, own);
        return category === undefined ? [] : [[`Organization.extension[${at}]`, toName(category)]];
      }),
    ),
  }),
  view: async (visit, { who }, shown, parts) => ({
    title: shown.resource ? visit.words.adminClinicalGroup : visit.words.adminNewClinicalGroup,
    lede: visit.words.adminClinicalGroupWhy,
    fields: fieldsOf(visit, shown, await targetsOf(who, parts)),
    below: html`<p class="links"><a href="${visit.link(GROUPS)}">${visit.words.adminGroups}</a></p>`,
  }),
};

export const clinicalGroupPage: StaffPage = editorPage(editor).page;

const newGroup = (own: OwnCanonicals): Organization => ({
  resourceType: 'Organization',
  meta: { profile: [own.structure('clinical-group')] },
  type: [own.concept('organization-type', 'clinical-group')],
});

const toName = (category: FlowCategory): string => `to-${category}`;
const hoursName = (category: FlowCategory): string => `hours-${category}`;

const typedFlows = (fields: Fields): FlowValues =>
  Object.fromEntries(
    flowCategories.map(category => [
      category,
      { target: fields(toName(category)), hours: fields(hoursName(category)).trim() },
    ]),
  ) as unknown as FlowValues;

const fieldsOf = (visit: Visit, { values, problems }: Shown<Values>, targets: Targets): Html =>
  html`${nameField(visit, values.name, problems['name'])} ${activeField(visit, values.active, problems['active'])}
    <div class="beside">
      ${flowCategories.map(category => flowFields(visit, category, values.flows[category], { problems, targets }))}
    </div>`;

function flowFields(
  visit: Visit,
  category: FlowCategory,
  { target, hours }: FlowValues[FlowCategory],
  { problems, targets }: { problems: Shown<Values>['problems']; targets: Targets },
): Html {
  const { words } = visit;
  const options: [string, Html][] = [
    ['', html`${words.adminNoFlow}`],
    ...optionsOf(targets, target, words.adminSwitchedOff),
  ];
  return html`<fieldset>
    <legend>${words[categoryWords[category]]}</legend>
    ${problemText(problems[toName(category)])} ${choice(toName(category), words.adminFlowTo, options, target)}
    ${field({
      ...{ name: hoursName(category), label: words.adminDueHours, value: hours, most: 6 },
      ...{ autocomplete: 'off', inputMode: 'numeric' as const, isOptional: true },
    })}
  </fieldset>`;
}

/** Those that are switched on, and the one that is chosen. */
function optionsOf({ groups, endpoints }: Targets, chosen: string, off: string): [string, Html][] {
  const all = [...groups, ...endpoints];
  const isUnknown = chosen !== '' && !all.some(({ reference }) => reference === chosen);
  const shown = all.filter(({ isActive, reference }) => isActive || reference === chosen);
  return [
    ...shown.map(({ reference, name, isActive }): [string, Html] => [
      reference,
      html`${name}${!isActive && html` (${off})`}`,
    ]),
    ...(isUnknown ? [[chosen, html`${chosen}`] as [string, Html]] : []),
  ];
}

export const categoryWords = {
  general: 'adminCategoryGeneral',
  medical: 'adminCategoryMedical',
  billing: 'adminCategoryBilling',
  others: 'adminCategoryOthers',
} as const satisfies Record<FlowCategory, string>;
