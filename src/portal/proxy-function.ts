/** The functions of proxies. */

/** What a proxy may do for a patient: the codes of the code system `proxy-function`. */
export type ProxyFunction =
  | 'read-record'
  | 'read-results'
  | 'read-documents'
  | 'messages'
  | 'appointments'
  | 'pay'
  | 'consent'
  | 'profile'
  | 'tasks'
  | 'visits';
