/** Files of the owner of this process alone, which appear whole or not at all. */
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Content = Parameters<typeof writeFile>[1];

export async function writeOwnFile(folder: string, name: string, content: Content): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const file = join(folder, name);
  await writeFile(`${file}.part`, content, { mode: 0o600 });
  await rename(`${file}.part`, file);
}
