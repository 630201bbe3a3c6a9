/** The internal posting of a type: `Communication|~own|Patient/1`. */
export const internalPosting = (type: string, kind: string, reference: string): string =>
  `${type}|~${kind}|${reference}`;
