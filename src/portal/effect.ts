/**
 * Effects: what a workflow wants to happen outside the store, as values. They ride in the same commit as the change
 * that caused them (as outbox rows) and are carried out afterwards by delivery/.
 */
export interface Effect {
  kind: 'notice';
  /** Which template (delivery/templates): `invitation`, `new-message`, `enrolled`. */
  template: string;
  /** Where it goes, known at commit time: by which channel, to which address. */
  to: { channel: string; address: string };
  /** BCP 47; delivery falls back to the default language. */
  language?: string;
  /** What the templates may use. Never health information. Secrets (an invitation code) live here alone. */
  parameters: Readonly<Record<string, string>>;
  /** The resource it is about, for the delivery record: `Task/1`. */
  about: string;
  /** Not sent after this instant (ms): a notice past its use. */
  expires?: number;
}
