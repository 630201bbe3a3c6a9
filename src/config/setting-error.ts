/** Errors caused by a setting: the message begins with the name of the setting. */

/** Throws the error again, with the name of the setting. */
export function settingError(setting: string, error: unknown): never {
  throw new Error(`${setting}: ${said(error)}`, { cause: error });
}

/** The message in one line, with that of its cause. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const messages = [error, error.cause].flatMap(one => (one instanceof Error ? one.message.split('\n', 1) : []));
  return messages.join(' ');
}

/** The setting to blame if the server cannot listen on its address. */
export function listeningSetting(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'HOST' : 'PORT';
}
