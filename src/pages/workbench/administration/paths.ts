/** Addresses of the pages of administration. */
import { WORKBENCH } from '../parts.js';

export const GROUPS = `${WORKBENCH}/groups`;
export const CLINICAL_GROUP = `${GROUPS}/clinical`;
export const WORKFLOW_GROUP = `${GROUPS}/workflow`;
export const USERS = `${WORKBENCH}/users`;
export const USER = `${USERS}/user`;
export const CONFIGURATION = `${WORKBENCH}/configuration`;
export const BRANDING = `${WORKBENCH}/branding`;
export const PREVIEW = `${BRANDING}/preview`;
export const CLIENTS = `${WORKBENCH}/clients`;
