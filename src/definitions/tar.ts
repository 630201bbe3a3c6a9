/** Reads tar archives, the inside of FHIR packages, with the long names of pax and GNU tar. */
import { Parser } from 'tar';

/**
 * The regular files of an archive by name.
 * @throws Error where it is no tar archive, or damaged
 */
export function readTar(bytes: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>();
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      const parts: Buffer[] = [];
      entry.on('data', part => parts.push(part));
      entry.on('end', () => entry.type === 'File' && members.set(entry.path, Buffer.concat(parts)));
    },
  });
  // The parser works within end(): an error that it emits is thrown from there.
  parser.on('error', error => {
    throw error;
  });
  parser.end(bytes);
  return members;
}
