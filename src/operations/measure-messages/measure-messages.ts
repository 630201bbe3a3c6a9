/** Communication/$measure-messages: how many messages were sent in a span of time, and how many of them are countable. */
import { COUNTED, countIn } from '../../fhir/message-count.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { instant } from '../../fhir/instant.js';
import { localReference } from '../../fhir/reference.js';
import { wrongParameter } from '../../portal/person-parameters.js';
import type { Context, HandlerParts, Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { MeasureMessagesInput, MeasureMessagesOutput } from '../types.js';
import { csv } from './csv.js';
import { namesOf } from './names.js';
import { DIMENSIONS, rowsOf, totalOf, type CountRow, type Dimension, type Tallied } from './rows.js';
import { spanOf, type Span } from './span.js';

export type MeasureMessagesParts = Pick<HandlerParts, 'configuration'>;

const CSV = 'text/csv';
const JSON_TYPE = 'application/fhir+json';
const MOST_ROWS = 10_000;

interface Measured {
  readonly span: Span;
  readonly tallied: Tallied;
  readonly by: readonly Dimension[];
  readonly rows: readonly CountRow[];
  readonly names: ReadonlyMap<string, string>;
}

export const createMeasureMessages = ({
  configuration,
}: MeasureMessagesParts): Operation<MeasureMessagesInput, MeasureMessagesOutput> => ({
  definition: definitionOf('Communication', 'measure-messages'),
  async handler(input, context) {
    const format = input._outputFormat ?? JSON_TYPE;
    if (format !== CSV && format !== JSON_TYPE) throw wrongParameter('_outputFormat', `${JSON_TYPE} or ${CSV}`);
    const span = spanOf(input, (await configuration())['time-zone']);
    const measured = await measure(input, span, context);
    if (format === CSV) return { output: {} as MeasureMessagesOutput, content: document(measured), headers: SAVED };
    return { output: answer(measured) };
  },
});

async function measure(input: MeasureMessagesInput, span: Span, context: Context): Promise<Measured> {
  const store = context.asSystem('messages: their numbers');
  const { partition, request, endpoint } = context;
  const by = dimensionsIn(input);
  const [group, provider] = [input.group, input.provider].map(one => one && named(one.reference, endpoint.url));
  const counts = await store.tally({
    ...{ partition, type: 'Communication', prefix: COUNTED, ...span },
    deadline: request.deadline,
  });
  const tallied = [...counts]
    .map(([posting, count]) => [countIn(posting), count] as const)
    .filter(([{ groups }]) => group === undefined || groups.includes(group))
    .filter(([{ providers }]) => provider === undefined || providers.includes(provider));
  const rows = rowsOf(tallied, by);
  if (rows.length > MOST_ROWS) {
    throw new Fault(
      'too-costly',
      `There are more than ${MOST_ROWS} rows: name a group, a provider or fewer dimensions.`,
    );
  }
  const references = rows.flatMap(({ values }) => values.filter((one, at) => one !== '' && isParty(by[at])));
  const names = await namesOf([...new Set(references)], store, context);
  return { span, tallied, by, rows, names };
}

const isParty = (dimension: Dimension | undefined): boolean => dimension === 'group' || dimension === 'provider';

function dimensionsIn({ by = [] }: MeasureMessagesInput): Dimension[] {
  const unknown = by.find(one => !DIMENSIONS.includes(one as Dimension));
  if (unknown !== undefined) throw wrongParameter('by', `one of ${DIMENSIONS.join(', ')}`);
  return DIMENSIONS.filter(one => by.includes(one));
}

/** `Organization/1`; what is not here was named by no message. */
function named(reference: string | undefined, base: string): string {
  const local = localReference(reference ?? '', [base]);
  return local ? `${local.type}/${local.id}` : '';
}

function answer({ span, tallied, by, rows, names }: Measured): MeasureMessagesOutput {
  return {
    start: instant(span.since),
    end: instant(span.until),
    ...totalOf(tallied),
    row: rows.map(({ values, messages, countable }) => ({
      ...Object.fromEntries(by.flatMap((dimension, at) => valueIn(dimension, values[at] ?? '', names))),
      messages,
      countable,
    })),
  };
}

function valueIn(dimension: Dimension, value: string, names: Measured['names']): [Dimension, unknown][] {
  if (!isParty(dimension)) return [[dimension, value]];
  return value === '' ? [] : [[dimension, { reference: value, ...defined({ display: names.get(value) }) }]];
}

/** A column for each dimension, those of groups and providers with their names beside them. */
function document({ tallied, by, rows, names }: Measured): { contentType: string; bytes: Uint8Array } {
  const head = by.flatMap(one => (isParty(one) ? [one, `${one} name`] : [one]));
  const cells = ({ values }: CountRow): string[] =>
    values.flatMap((value, at) => (isParty(by[at]) ? [value, names.get(value) ?? ''] : [value]));
  const lines = by.length === 0 ? [{ values: [], ...totalOf(tallied) }] : rows;
  const body = lines.map(row => [...cells(row), row.messages, row.countable]);
  return { contentType: `${CSV}; charset=utf-8`, bytes: csv([[...head, 'messages', 'countable'], ...body]) };
}

const SAVED = { 'content-disposition': 'attachment; filename="messages.csv"' };
