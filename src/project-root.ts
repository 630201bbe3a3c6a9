/** The project's folder, found from where this code runs: definitions, capability files, templates and demo data are below it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder above with a package.json. */
export function projectRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('Portico runs below the folder of its package.json.');
  return projectRoot(parent);
}
