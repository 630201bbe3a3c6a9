/** Answers what chains over canonical references ask, by searches of the caller's own store. */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { namesOf } from '../search/canonical.js';
import type { Canonicals } from '../search/criteria.js';
import type { Filter } from '../search/query.js';
import type { SearchParam } from '../search/registry.js';
import type { Context } from '../service.js';

/** The most resources that one step of such a chain may find: each becomes a part of the query. */
const MOST = 500;

interface Question {
  type: string;
  where: Filter;
  read: (resource: Resource) => string[];
}

/** The canonical references a resource has in a parameter. */
const carriedIn =
  (param: SearchParam) =>
  (resource: Resource): string[] =>
    param.select(resource, resource).filter(value => typeof value === 'string');

export class KnownCanonicals implements Canonicals {
  private readonly context: Context;
  private readonly answers = new Map<string, readonly string[]>();
  private readonly open = new Map<string, Question>();

  constructor(context: Context) {
    this.context = context;
  }

  named(type: string, where: Filter): readonly string[] {
    return this.ask('', { type, where, read: namesOf });
  }

  carried(type: string, param: SearchParam, where: Filter): readonly string[] {
    return this.ask(param.key, { type, where, read: carriedIn(param) });
  }

  /** Finds out what is asked and not known; whether there was anything. */
  async learn(): Promise<boolean> {
    const questions = [...this.open];
    this.open.clear();
    for (const [name, question] of questions) this.answers.set(name, await this.find(question));
    return questions.length > 0;
  }

  private ask(of: string, question: Question): readonly string[] {
    const name = JSON.stringify([of, question.type, question.where]);
    const known = this.answers.get(name);
    if (!known) this.open.set(name, question);
    return known ?? [];
  }

  private async find({ type, where, read }: Question): Promise<string[]> {
    const { partition, request, store } = this.context;
    const of = [{ type, where }];
    const { rows } = await store.search({ partition, of, sort: [], limit: MOST + 1, deadline: request.deadline });
    if (rows.length > MOST) throw new Fault('too-costly', 'A chain over canonical URLs matches too many resources.');
    return [...new Set(rows.flatMap(({ json }) => read(parseStored<Resource>(json))))];
  }
}
