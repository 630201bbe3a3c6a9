/** The search types by name; composites are made of these (composite.ts). */
import { date } from './date.js';
import { near } from './near.js';
import { number } from './number.js';
import { quantity } from './quantity.js';
import { reference } from './reference.js';
import { string } from './string.js';
import { token } from './token.js';
import type { ValueType } from './type.js';
import { uri } from './uri.js';

export const valueTypes = { string, token, reference, date, uri, number, quantity, near } satisfies Record<
  string,
  ValueType
>;

export type ValueTypeName = keyof typeof valueTypes;

export const isValueType = (name: string): name is ValueTypeName => Object.hasOwn(valueTypes, name);
