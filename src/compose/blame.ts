/** What cannot start because of a setting says which one: its name goes before the message. */

/** Throws the error again, with the name of the setting. */
export function blame(setting: string, error: unknown): never {
  throw new Error(`${setting}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

/** The setting that an address which cannot be listened at comes from. */
export function listeningSetting(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'HOST' : 'PORT';
}
