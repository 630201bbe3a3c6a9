/** Newline-delimited JSON: one resource a line. https://github.com/ndjson/ndjson-spec */

/**
 * Lines of a stream of UTF-8 without the space around them, empty ones too, so that they can be counted; a line longer
 * than `maxLength` characters throws RangeError.
 */
export async function* lines(bytes: AsyncIterable<Uint8Array>, maxLength: number): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of bytes) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield part.trim();
    if (rest.length > maxLength) throw new RangeError(`a line is longer than ${maxLength} characters`);
  }
  rest += decoder.decode();
  if (rest !== '') yield rest.trim();
}
