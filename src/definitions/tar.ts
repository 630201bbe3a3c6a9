/** Reads tar archives (POSIX ustar), the inside of FHIR packages. Their members have short names. */

/** The regular files of an archive by name; the buffers are views into it. */
export function readTar(bytes: Buffer): Map<string, Buffer> {
  const text = (at: number, length: number): string => bytes.toString('utf8', at, at + length).split('\0')[0]!;
  const members = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    members.set((prefix ? `${prefix}/` : '') + text(at, 100), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}
