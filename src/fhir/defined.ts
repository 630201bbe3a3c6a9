/** Objects without undefined properties: FHIR has none, and `exactOptionalPropertyTypes` forbids them. */

/** The object type `T` with every property that may be undefined made optional instead. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same properties, in the same order, without those that are undefined. */
export function defined<T extends object>(properties: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) if (value !== undefined) kept[name] = value;
  return kept as Defined<T>;
}
