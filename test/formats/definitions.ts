/** The definitions that the tests of formats/ read, opened once. */
import { loadDefinitions } from '../../src/definitions/load.js';

export const definitions = loadDefinitions(process.cwd());
