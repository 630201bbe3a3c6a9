/** Literal references. https://hl7.org/fhir/R4/references.html#literal */
import { defined } from './defined.js';

export interface LocalReference {
  type: string;
  id: string;
  versionId?: string;
}

export const ID = /^[A-Za-z0-9\-.]{1,64}$/;

const RELATIVE = /^([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/** The resource a literal reference names on one of these bases (given without trailing slash), if it does. */
export function localReference(reference: string, bases: readonly string[]): LocalReference | undefined {
  const match = RELATIVE.exec(withoutBase(reference, bases));
  if (!match) return undefined;
  const [, type = '', id = '', versionId] = match;
  return { type, id, ...defined({ versionId }) };
}

/** `Type/id` of the resource a literal reference names on this base, if it does. @param base without trailing slash */
export function localName(reference: string, base: string): string | undefined {
  const local = localReference(reference, [base]);
  return local && `${local.type}/${local.id}`;
}

function withoutBase(reference: string, bases: readonly string[]): string {
  const base = bases.find(base => reference.startsWith(`${base}/`));
  return base === undefined ? reference : reference.slice(base.length + 1);
}
