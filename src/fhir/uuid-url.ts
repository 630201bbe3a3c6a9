/** UUIDs as addresses. They are the same in either case: https://www.rfc-editor.org/rfc/rfc9562#section-4 */
const UUID = /^urn:uuid:/i;

/** Whether the text is the address of a UUID: `urn:uuid:…`. */
export const isUuidUrl = (text: string): boolean => UUID.test(text);

/** A UUID's address in lower case; any other address as it is. */
export const inOneCase = (url: string): string => (UUID.test(url) ? url.toLowerCase() : url);

/** The UUID of its address, in lower case. */
export const uuidOf = (url: string): string | undefined =>
  UUID.test(url) ? url.slice('urn:uuid:'.length).toLowerCase() : undefined;
