/**
 * The kinds of settings of the portal's configuration. A setting is an extension inside the configuration resource; its kind
 * says which element holds its value, and what else is asked of it.
 */

import type { Attachment } from 'fhir/r4.js';

/** Who sees a setting: visitors of the portal too, or those alone who administer it. */
export type Audience = 'everybody' | 'administrators';

export interface Setting<Value = unknown> {
  /** FHIR type of its value. */
  readonly type: 'boolean' | 'integer' | 'string' | 'code' | 'url' | 'Attachment';
  /** It may be given several times: its value is a list. */
  readonly repeats: boolean;
  /** Its value where the configuration leaves it out; of a list that is never empty too. */
  readonly fallback: Value;
  readonly audience: Audience;
  /** One sentence, for documentation and forms. */
  readonly about: string;
  /** All values that it may have; absent: others than can be listed. */
  readonly options?: readonly string[];
  /** Ends the sentence "must be …"; undefined for a good value. Shape and type are checked before. */
  readonly wrong?: (value: never) => string | undefined;
}

interface About<Value> {
  readonly about: string;
  readonly audience?: Audience;
  readonly options?: readonly string[];
  readonly wrong?: (value: Value) => string | undefined;
}

const oneOf =
  (options: readonly string[]) =>
  (value: string): string | undefined =>
    options.includes(value) ? undefined : `one of ${options.join(', ')}`;

/** `wrong` judges one value, of a list each. */
const setting = <Value>(
  type: Setting['type'],
  fallback: Value,
  { audience = 'everybody', options, ...rest }: About<never>,
): Setting<Value> => ({
  ...{ type, repeats: Array.isArray(fallback), fallback, audience },
  ...(options && { options, wrong: oneOf(options) }),
  ...rest,
});

export const flag = (fallback: boolean, about: About<boolean>) => setting('boolean', fallback, about);
export const count = (fallback: number, about: About<number>) => setting('integer', fallback, about);
export const code = (fallback: string, about: About<string>) => setting('code', fallback, about);
export const codes = (fallback: readonly string[], about: About<string>) => setting('code', fallback, about);
/** Text, or nothing. */
export const text = (about: About<string>) => setting<string | undefined>('string', undefined, about);
/** An address, or nothing. */
export const address = (about: About<string>) => setting<string | undefined>('url', undefined, about);

/** A file, or nothing. */
export const file = (about: About<Attachment>) => setting<Attachment | undefined>('Attachment', undefined, about);

/** The element that holds a value: `valueBoolean`. */
export const elementOf = ({ type }: Pick<Setting, 'type'>): string =>
  `value${type.charAt(0).toUpperCase()}${type.slice(1)}`;
