/** The roles of staff: codes of the portal's code system `role`. */
export const staffRoles = [
  'workbench-user',
  'task-processing',
  'clinician',
  'agent',
  'manager',
  'scheduler',
  'visit-administrator',
  'auditor',
  'configuration-manager',
  'healthcare-administrator',
  'system-administrator',
] as const;

export type StaffRole = (typeof staffRoles)[number];

export const isStaffRole = (code: string): code is StaffRole => (staffRoles as readonly string[]).includes(code);
