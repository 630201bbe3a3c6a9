/** Folders that settings name: created if missing, checked to be writable, and closed to other users. */
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { settingError } from './setting-error.js';

/** @throws Error that names the setting if the folder cannot be created or written to */
export function ensureFolder(setting: string, folder: string): void {
  try {
    make(folder);
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
    accessSync(folder, constants.W_OK | constants.X_OK);
    closeToOthers(folder);
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

/** What this server keeps in its data folder. */
const OWN = /^(portico\.db(-wal|-shm)?|signing-key\.pem.*|audit|mail|lost\+found)$/;
const ALL_MODES = 0o777;

/**
 * Takes a folder's rights from group and others, where it is this user's and holds nothing but what this server keeps: a
 * setting that names a home folder or /tmp by mistake changes nothing there.
 */
function closeToOthers(folder: string): void {
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o077) === 0 || !readdirSync(folder).every(name => OWN.test(name))) return;
  chmodSync(folder, mode & ALL_MODES & ~0o077);
}
