/** Chains over canonical references: left open by the parser, closed by one pass over the tree. */
import assert from 'node:assert/strict';
import { and, not, or } from '../../src/search/filters.js';
import { chainResolver, leaveOpen, type OpenChain, type OpenChains } from '../../src/search/open-chains.js';
import { parseSearch } from '../../src/search/parse.js';
import type { Filter } from '../../src/search/query.js';
import { localBases, now, queryOf, registry } from './searching.js';

const posting = (key: string): Filter => ({ kind: 'posting', key });
const chain = (type: string, where: Filter): OpenChain => ({
  type,
  where,
  read: () => [],
  filter: names => or(names.map(posting)),
});

/** Answers each question with the type it is about; remembers what was asked. */
function asking(): { asked: { type: string; where: Filter }[]; ask: Parameters<typeof chainResolver>[1] } {
  const asked: { type: string; where: Filter }[] = [];
  return {
    asked,
    ask({ type, where }) {
      asked.push({ type, where });
      return Promise.resolve([`name of ${type}`]);
    },
  };
}

describe('open chains', () => {
  it('[R76] are asked once, the inner before the outer, wherever they stand', async () => {
    const chains: OpenChains = new Map();
    const inner = leaveOpen(chains, chain('Inner', posting('leaf')));
    const outer = leaveOpen(chains, chain('Outer', inner));
    const tree = and([
      or([posting('other'), outer]),
      not(inner),
      { kind: 'refers', key: 'k|', type: 'Patient', where: inner },
      { kind: 'referred', key: 'k|', type: 'Task', own: 'Patient', where: outer },
    ]);
    const { asked, ask } = asking();
    const resolved = await chainResolver(chains, ask)(tree);
    assert.deepEqual(asked, [
      { type: 'Inner', where: posting('leaf') },
      { type: 'Outer', where: posting('name of Inner') },
    ]);
    assert.deepEqual(
      resolved,
      and([
        or([posting('other'), posting('name of Outer')]),
        not(posting('name of Inner')),
        { kind: 'refers', key: 'k|', type: 'Patient', where: posting('name of Inner') },
        { kind: 'referred', key: 'k|', type: 'Task', own: 'Patient', where: posting('name of Outer') },
      ]),
    );
  });

  it('[R76] are left where canonical references may lead, and only there', () => {
    const left = (type: string, query: string): string[] => {
      const openChains: OpenChains = new Map();
      const request = { type, query: queryOf(query), lenient: false, now, localBases, limits: { maxPageSize: 1 } };
      parseSearch(registry, { ...request, openChains });
      return [...openChains.values()].map(one => one.type);
    };
    assert.deepEqual(left('QuestionnaireResponse', 'questionnaire.title=a'), ['Questionnaire']);
    assert.deepEqual(left('Questionnaire', '_has:QuestionnaireResponse:questionnaire:status=completed'), [
      'QuestionnaireResponse',
    ]);
    assert.deepEqual(left('Observation', 'subject:Patient.name=a'), []);
  });

  it('[R76] lead nowhere where nobody closes them', () => {
    const request = { type: 'QuestionnaireResponse', query: queryOf('questionnaire.title=a'), lenient: false };
    const { of } = parseSearch(registry, { ...request, now, localBases, limits: { maxPageSize: 1 } });
    const { where } = of[0]!;
    assert.deepEqual(where.kind === 'or' && where.of.map(({ kind }) => kind), ['refers', 'refers']);
  });
});
