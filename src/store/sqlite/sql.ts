/**
 * SQL text with its parameters, composed by a template tag: a fragment is spliced in, any other value becomes a
 * parameter. No value of a request ever reaches the text of a statement.
 */
export type SqlValue = string | number | null | Uint8Array;

export class Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];

  constructor(text: string, values: readonly SqlValue[] = []) {
    this.text = text;
    this.values = values;
  }
}

export function sql(texts: readonly string[], ...parts: readonly (Sql | SqlValue)[]): Sql {
  let text = texts[0]!;
  const values: SqlValue[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part instanceof Sql) {
      text += part.text;
      values.push(...part.values);
    } else {
      text += '?';
      values.push(part);
    }
    text += texts[i + 1]!;
  }
  return new Sql(text, values);
}

/** Fragments side by side, with the separator between them. */
export function join(parts: readonly Sql[], separator: string): Sql {
  return new Sql(
    parts.map(part => part.text).join(separator),
    parts.flatMap(part => part.values),
  );
}

export const TRUE = new Sql('1');
export const FALSE = new Sql('0');

const BRANCHES = 64;

/**
 * LIMIT with the number in the text: SQLite takes a bound limit into its plan and so prepares the statement anew at
 * each run (19 µs instead of 5).
 */
export const limitSql = (limit: number): Sql =>
  new Sql(`LIMIT ${Math.min(Math.trunc(limit), Number.MAX_SAFE_INTEGER)}`);

/** Joined as a balanced tree: SQLite takes expressions no deeper than 1000. */
function combine(parts: readonly Sql[], operator: ' AND ' | ' OR '): Sql {
  if (parts.length === 1) return parts[0]!;
  if (parts.length <= BRANCHES) return sql`(${join(parts, operator)})`;
  const middle = parts.length >> 1;
  return sql`(${combine(parts.slice(0, middle), operator)}${new Sql(operator)}${combine(parts.slice(middle), operator)})`;
}

/** All of these conditions. */
export function every(parts: readonly Sql[]): Sql {
  const needed = parts.filter(part => part !== TRUE);
  return needed.length === 0 ? TRUE : combine(needed, ' AND ');
}

/** Any of these conditions. */
export const some = (parts: readonly Sql[]): Sql => (parts.length === 0 ? FALSE : combine(parts, ' OR '));
