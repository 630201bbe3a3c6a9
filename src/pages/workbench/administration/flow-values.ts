/** The flows of a clinical group (extension message-flow) as a form has them: for each category of messages where they go, and till when. */
import type { Extension, Organization } from 'fhir/r4.js';
import { defined } from '../../../fhir/defined.js';
import type { OwnCanonicals } from '../../../fhir/own-canonicals.js';

/** The categories of messages that patients send; `others` are those without a flow of their own. */
export const flowCategories = ['general', 'medical', 'billing', 'others'] as const;
export type FlowCategory = (typeof flowCategories)[number];

export interface FlowValue {
  /** `Organization/2`, `Endpoint/1`, or '' for no flow. */
  readonly target: string;
  /** Hours, as they were typed. */
  readonly hours: string;
}

export type FlowValues = Readonly<Record<FlowCategory, FlowValue>>;

const PARTS = ['category', 'route', 'workflowGroup', 'endpoint', 'dueHours'];

const partOf = ({ extension = [] }: Extension, name: string): Extension | undefined =>
  extension.find(({ url }) => url === name);

/** The category that an extension is the flow of; undefined where it is no flow, or one of a category that forms do not have. */
export function categoryOf(one: Extension, own: OwnCanonicals): FlowCategory | undefined {
  if (one.url !== own.structure('message-flow')) return undefined;
  const code = partOf(one, 'category')?.valueCode ?? 'others';
  return flowCategories.find(category => category === code);
}

/** A flow of earlier builds is a reference alone. */
const valueOf = (flow: Extension): FlowValue => ({
  target:
    (flow.valueReference ?? (partOf(flow, 'workflowGroup') ?? partOf(flow, 'endpoint'))?.valueReference)?.reference ??
    '',
  hours: String(partOf(flow, 'dueHours')?.valuePositiveInt ?? ''),
});

export function flowValuesOf({ extension = [] }: Pick<Organization, 'extension'>, own: OwnCanonicals): FlowValues {
  const entries = flowCategories.map(category => {
    const flow = extension.find(one => categoryOf(one, own) === category);
    return [category, flow ? valueOf(flow) : { target: '', hours: '' }] as const;
  });
  return Object.fromEntries(entries) as Record<FlowCategory, FlowValue>;
}

/** The extensions of a group with these flows; what a form does not show stays. */
export function withFlows(before: readonly Extension[], values: FlowValues, own: OwnCanonicals): Extension[] {
  const others = before.filter(one => categoryOf(one, own) === undefined);
  const flows = flowCategories.flatMap(category => {
    const known = before.find(one => categoryOf(one, own) === category);
    return values[category].target === '' ? [] : [flowOf(category, values[category], known, own)];
  });
  return [...others, ...flows];
}

function flowOf(
  category: FlowCategory,
  { target, hours }: FlowValue,
  known: Extension | undefined,
  own: OwnCanonicals,
): Extension {
  const isExternal = target.startsWith('Endpoint/');
  const place = { url: isExternal ? 'endpoint' : 'workflowGroup', valueReference: { reference: target } };
  const parts = [
    ...(category === 'others' ? [] : [{ url: 'category', valueCode: category }]),
    { url: 'route', valueCode: isExternal ? ('external' as const) : ('workbench' as const) },
    place,
    ...(hours === '' ? [] : [{ url: 'dueHours', valuePositiveInt: numberIn(hours) }]),
    ...(known?.extension ?? []).filter(({ url }) => !PARTS.includes(url)),
  ];
  return defined({ url: own.structure('message-flow'), extension: parts });
}

/** What is no number stays as it is: the endpoint says what is wrong with it. */
const numberIn = (typed: string): number => (/^\d{1,6}$/.test(typed) ? Number(typed) : (typed as unknown as number));
