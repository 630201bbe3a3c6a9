/** Which slice a value belongs to. https://hl7.org/fhir/R4/profiling.html#discriminator */
import { text, type CheckContext } from '../check-context.js';
import type { Json, JsonObject } from '../../fhir/resource.js';
import { resolved } from '../reference.js';
import { answerOf, everyAnswer, someAnswer, type Answer } from './answer.js';
import type { Discriminator, ProfileNode } from './compile.js';
import type { Conformance } from './conformance.js';
import {
  extensionsOf,
  named,
  partAt,
  profilesOf,
  slicesOf,
  stepsOf,
  typed,
  urlsOf,
  type PathStep,
  type Place,
} from './discriminator-path.js';
import type { Item } from './items.js';
import { includes } from './match.js';
import { existsAnswer, profileAnswer, targetAnswer, typeAnswer, valueAnswer } from './told.js';

/**
 * Whether the item has all that tells this slice from the others; a discriminator of which the slice fixes nothing tells
 * nothing. undefined where that is not at hand, or no discriminator tells.
 */
export function isInSlice(
  item: Item,
  slice: ProfileNode,
  discriminators: readonly Discriminator[],
  scope: CheckContext,
  conformance: Conformance,
): boolean | undefined {
  const answer = everyAnswer(
    discriminators.map(({ type, path }) => {
      const urls = path === 'url' ? urlsOf(slice) : [];
      if (urls.length > 0) return answerOf(urls.includes(text(item.value as JsonObject, 'url') ?? ''));
      return new Question(type, slice, scope, conformance).at({ node: slice, items: [item] }, stepsOf(path));
    }),
  );
  return answer === 'in' ? true : answer === 'out' ? false : undefined;
}

/** One discriminator asked of one slice. */
class Question {
  readonly #type: Discriminator['type'];
  readonly #slice: ProfileNode;
  readonly #scope: CheckContext;
  readonly #conformance: Conformance;
  /** Answers of profiles, by value. */
  readonly #known = new Map<Json | undefined, Map<string, Answer>>();

  constructor(type: Discriminator['type'], slice: ProfileNode, scope: CheckContext, conformance: Conformance) {
    this.#type = type;
    this.#slice = slice;
    this.#scope = scope;
    this.#conformance = conformance;
  }

  at(place: Place, steps: readonly PathStep[]): Answer {
    const { node, items } = place;
    if (node.max === 0 && node !== this.#slice) return answerOf(items.length === 0);
    const [step, ...rest] = steps;
    if (step === undefined) return this.#end(place);
    if (step === 'resolve') return this.#behindReference(place, rest);
    if ('ofType' in step) return everyAnswer(typed(place, step.ofType).map(one => this.at(one, rest)));
    return everyAnswer([this.#fixedAbove(place, steps), ...this.#below(place, step, rest, steps)]);
  }

  #end(place: Place): Answer {
    switch (this.#type) {
      case 'exists':
        return existsAnswer(place);
      case 'type':
        return typeAnswer(place, this.#scope, this.#conformance);
      case 'profile':
        return profileAnswer(place, this.#scope, this.#conformance);
      default:
        return valueAnswer(place, place.node === this.#slice, this.#scope, this.#conformance);
    }
  }

  /** A fixed value or pattern above the end of the path tells what is there. */
  #fixedAbove({ node, items }: Place, steps: readonly PathStep[]): Answer {
    const part = partAt(node.fixed ?? node.pattern, steps);
    if (part === undefined || this.#type === 'type' || this.#type === 'profile') return 'silent';
    const isExists = this.#type === 'exists';
    return answerOf(items.some(({ value }) => (isExists ? partAt(value, steps) !== undefined : includes(value, part))));
  }

  /** In the element's own tree, in its slices, and in the profiles of its type. */
  #below(
    place: Place,
    step: Exclude<PathStep, string | { ofType: string }>,
    rest: readonly PathStep[],
    steps: readonly PathStep[],
  ): Answer[] {
    const children = 'extension' in step ? extensionsOf(place, step.extension) : named(place, step.element);
    return [
      ...children.map(child => this.at(child, rest)),
      ...slicesOf(place).map(slice => this.at(slice, steps)),
      this.#inProfiles(place, steps),
    ];
  }

  #inProfiles({ node, items }: Place, steps: readonly PathStep[]): Answer {
    const urls = profilesOf(node).filter(url => this.#conformance.rootOf(url, this.#scope));
    if (urls.length === 0) return 'silent';
    if (items.length === 0) return this.#type === 'exists' ? 'silent' : 'out';
    return someAnswer(items.flatMap(item => urls.map(url => this.#inProfile(item, url, steps))));
  }

  /** Worked out once: posted profiles that name each other would multiply. */
  #inProfile(item: Item, url: string, steps: readonly PathStep[]): Answer {
    const own = this.#known.get(item.value) ?? new Map<string, Answer>();
    this.#known.set(item.value, own);
    const key = `${steps.length} ${url}`;
    const answer = own.get(key) ?? this.at({ node: this.#conformance.rootOf(url, this.#scope)!, items: [item] }, steps);
    own.set(key, answer);
    return answer;
  }

  /** In what the references lead to, under the profiles that they may lead to. */
  #behindReference(place: Place, rest: readonly PathStep[]): Answer {
    const { node, items } = place;
    const isTarget = rest.length === 0 && (this.#type === 'type' || this.#type === 'profile');
    if (isTarget) return targetAnswer(place, this.#type === 'profile', this.#scope, this.#conformance);
    const urls = node.types.flatMap(({ targets = [] }) => targets);
    if (urls.length === 0) return 'silent';
    const answers = items.flatMap(({ value, at }) => {
      const target = resolved(text(value as JsonObject, 'reference'), this.#scope);
      if (!target) return 'unsure' as const;
      const type = target.resourceType;
      const fitting = urls.filter(url => this.#conformance.typeOfProfile(url, this.#scope) === type);
      return fitting.map(url => this.#inProfile({ value: target, twin: undefined, type, at }, url, rest));
    });
    return someAnswer(['out', ...answers]);
  }
}
