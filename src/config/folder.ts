/** Folders that settings name: created if missing, and checked to be writable before anything relies on them. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { settingError } from './setting-error.js';

/** @throws Error that names the setting if the folder cannot be created or written to */
export function ensureFolder(setting: string, folder: string): void {
  try {
    make(folder);
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    settingError(setting, error);
  }
}

/** Creates one folder after the other: mkdir's own `recursive` never ends below /proc (Node 24). */
function make(folder: string): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}
