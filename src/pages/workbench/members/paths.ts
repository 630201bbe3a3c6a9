/** Where the pages of member administration are. */
import { WORKBENCH } from '../parts.js';

export const MEMBERS = `${WORKBENCH}/members`;
export const MEMBER = `${MEMBERS}/member`;
export const ACTION = `${MEMBERS}/action`;
export const DUPLICATES = `${MEMBERS}/duplicates`;
export const DUPLICATE = `${MEMBERS}/duplicate`;

/** The type and id of a reference that a form or an address names; undefined for anything else. */
export function pathOf(reference: string, types: readonly string[]): readonly [type: string, id: string] | undefined {
  const [, type = '', id = ''] = /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/.exec(reference) ?? [];
  return types.includes(type) ? [type, id] : undefined;
}
