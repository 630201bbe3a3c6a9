/** Whom anybody may be in demo mode; the demo data holds the resources named here. */
export const demoPeople = [
  { account: 'Person/demo-patient', name: 'Dana Whitfield', role: 'patient' },
  { account: 'Person/demo-proxy', name: 'Simone Delacroix', role: 'proxy' },
  { account: 'Practitioner/demo-clinician', name: 'Dr. Grace Okafor', role: 'staff' },
  { account: 'Practitioner/demo-agent', name: 'Tomas Lindqvist', role: 'staff' },
] as const;
