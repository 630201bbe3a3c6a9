/** Names of files: what a path, a header or a screen could take for something else is taken out. */

/** Characters that end lines, that nobody sees, or that turn the direction of what follows. https://www.unicode.org/reports/tr9/ */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** Separators of paths, and what file systems and shells keep for themselves. */
const KEPT = /[/\\:*?"<>|]+/g;

/** Names of devices, whatever stands behind the dot. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** Characters of a name; its ending stays. */
const LONGEST = 120;

/** Characters that are looked at, at each end. */
const END = 500;

/** The name as it is safe to save and to show; empty where nothing of it is left. */
export function fileName(name: string): string {
  const plain = (name.length > 2 * END ? name.slice(0, END) + name.slice(-END) : name)
    .normalize('NFC')
    .replace(UNSEEN, '')
    .replace(KEPT, '_')
    .replace(/^[\s._]+|[\s.]+$/g, '')
    .replace(/\s+/g, ' ')
    .replace(DEVICE, '_$1');
  return shortened(plain);
}

function shortened(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= LONGEST) return name;
  const ending = /\.\w{1,8}$/.exec(name)?.[0] ?? '';
  return letters.slice(0, LONGEST - ending.length).join('') + ending;
}
