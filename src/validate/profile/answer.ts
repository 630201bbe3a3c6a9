/** What discriminators say of a value and a slice. */

/** `unsure`: the answer is in a resource, value set or profile that is not at hand; `silent`: the slice fixes nothing there. */
export type Answer = 'in' | 'out' | 'unsure' | 'silent';

export const answerOf = (isIn: boolean): Answer => (isIn ? 'in' : 'out');

/** The first of these that is among the answers; silent if none is. */
const first = (order: readonly Answer[], answers: readonly Answer[]): Answer =>
  order.find(answer => answers.includes(answer)) ?? 'silent';

/** All that speak must say `in`. */
export const everyAnswer = (answers: readonly Answer[]): Answer => first(['out', 'unsure', 'in'], answers);

/** One that says `in` is enough. */
export const someAnswer = (answers: readonly Answer[]): Answer => first(['in', 'unsure', 'out'], answers);
