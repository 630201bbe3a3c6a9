/** What a slice says at the end of a discriminator's path, and whether the values there are so. */
import { isObject, type Json, type JsonObject } from '../../fhir/resource.js';
import { isMember, isListed } from '../binding.js';
import { text, type CheckContext } from '../check-context.js';
import { typeOf } from '../reference.js';
import { answerOf, everyAnswer, someAnswer, type Answer } from './answer.js';
import type { ProfileNode } from './compile.js';
import { below, childrenOf, profilesOf, slicesOf, type Place } from './discriminator-path.js';
import type { Item } from './items.js';
import { equals, includes } from './match.js';
import { anyResource, type Conformance } from './conformance.js';

/** Present where the slice requires it; absence where the slice prohibits it is answered on the way (slicing.ts). */
export const existsAnswer = ({ node, items }: Place): Answer => (node.min > 0 ? answerOf(items.length > 0) : 'silent');

/**
 * Whether a value is what the slice fixes: by fixed value or pattern, on the element, below it, in its slices or in the
 * profile of its type; where none of these is, by required binding, else by presence.
 */
export function valueAnswer(place: Place, isSlice: boolean, scope: CheckContext, conformance: Conformance): Answer {
  const fixed = fixedAnswer(place, scope, conformance);
  if (fixed !== 'silent') return fixed;
  const { node, items } = place;
  if (node.binding?.strength === 'required') {
    const { valueSet } = node.binding;
    return someAnswer(['out', ...items.map(item => memberAnswer(item, valueSet, scope))]);
  }
  return isSlice ? 'silent' : existsAnswer(place);
}

/** `conformance`: where the profiles of types count too; below these no further ones do, since they may name each other. */
function fixedAnswer(place: Place, scope: CheckContext, conformance?: Conformance): Answer {
  const { node, items } = place;
  const holds = (test: (value: Json) => boolean): Answer =>
    answerOf(items.some(({ value }) => value !== undefined && test(value)));
  const roots = conformance ? profilesOf(node).flatMap(url => conformance.rootOf(url, scope) ?? []) : [];
  return everyAnswer([
    node.fixed === undefined ? 'silent' : holds(value => equals(value, node.fixed)),
    node.pattern === undefined ? 'silent' : holds(value => includes(value, node.pattern)),
    childrenAnswer(place, scope, conformance),
    ...slicesOf(place)
      .filter(({ node: slice }) => isTelling(slice))
      .map(slice => fixedAnswer(slice, scope, conformance)),
    someAnswer(roots.filter(isTelling).map(root => fixedAnswer({ node: root, items }, scope))),
  ]);
}

/** One of the values must have all that the children fix; optional ones count where they are there, or are the only ones. */
function childrenAnswer({ node, items }: Place, scope: CheckContext, conformance?: Conformance): Answer {
  const telling = childrenOf(node).filter(isTelling);
  if (telling.length === 0) return 'silent';
  const isNeeded = telling.some(({ min }) => min > 0) ? ({ min }: ProfileNode) => min > 0 : () => true;
  const answers = items.map(item => {
    const places = telling.map(child => ({ node: child, items: below([item], child) }));
    const speaking = places.filter(({ node: child, items: own }) => own.length > 0 || isNeeded(child));
    return everyAnswer(speaking.map(place => fixedAnswer(place, scope, conformance)));
  });
  return someAnswer(['out', ...answers]);
}

/** Whether the node, something below it or a slice of it fixes a value. */
const isTelling = (node: ProfileNode): boolean =>
  node.fixed !== undefined ||
  node.pattern !== undefined ||
  node.children.some(child => child.max > 0 && isTelling(child)) ||
  node.slices.some(slice => slice.max > 0 && isTelling(slice));

function memberAnswer({ value, type = '' }: Item, valueSet: string, scope: CheckContext): Answer {
  if (value === undefined) return 'out';
  const expansion = scope.definitions.expansion(valueSet);
  if (!expansion) return 'unsure';
  if (!isMember(value, type, expansion)) return 'out';
  return isListed(value, type, expansion) ? 'in' : 'unsure';
}

/** Whether a value is of one of the slice's types; of resources by the types that their profiles are on, too. */
export function typeAnswer({ node, items }: Place, scope: CheckContext, conformance: Conformance): Answer {
  const types = node.isOpen ? [] : node.types;
  const codes = types.flatMap(({ code, profiles = [] }) =>
    anyResource.has(code) ? profiles.map(url => conformance.typeOfProfile(url, scope)) : [code],
  );
  if (codes.length === 0) return 'silent';
  const isKnown = !codes.includes(undefined);
  return someAnswer([isKnown ? 'out' : 'unsure', ...items.map(({ type }) => answerOf(codes.includes(type)))]);
}

/** Whether a value meets one of the slice's profiles; a slice that names none is told by its types. */
export function profileAnswer(place: Place, scope: CheckContext, conformance: Conformance): Answer {
  const urls = profilesOf(place.node);
  if (urls.length === 0) return typeAnswer(place, scope, conformance);
  const meets = (item: Item, url: string): Answer => {
    const type = conformance.typeOfProfile(url, scope);
    if (type === undefined) return 'unsure';
    return answerOf((type === item.type || anyResource.has(type)) && conformance.conforms(item, url, scope));
  };
  return someAnswer(['out', ...place.items.flatMap(item => urls.map(url => meets(item, url)))]);
}

/** Whether a reference leads to one of the types that the slice's targets are on, and where profiles tell, meets one of them. */
export function targetAnswer(
  { node, items }: Place,
  isProfiled: boolean,
  scope: CheckContext,
  conformance: Conformance,
): Answer {
  const targets = node.types.flatMap(({ targets: urls = [] }) => urls);
  if (targets.length === 0) return 'silent';
  const leads = ({ value }: Item): Answer => {
    const reference = isObject(value) ? value : ({} as JsonObject);
    const literal = text(reference, 'reference');
    const type = typeOf(reference, literal, scope);
    if (type === undefined) return literal === undefined ? 'out' : 'unsure';
    const fitting = targets.filter(url => {
      const own = conformance.typeOfProfile(url, scope);
      return own === undefined || own === type || anyResource.has(own);
    });
    if (fitting.length === 0) return 'out';
    return isProfiled ? answerOf(conformance.leadsTo(literal, fitting, scope)) : 'in';
  };
  return someAnswer(['out', ...items.map(leads)]);
}
