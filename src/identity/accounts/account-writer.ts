/** The port by which accounts change: steps of the portal's workflows, committed with private records, by the server's authority. */
import type { Step, WorkflowReader } from '../../portal/step.js';

export interface AccountWriter {
  /** Sees everything. */
  readonly reader: WorkflowReader;
  /**
   * Commits what `run` comes to, all or nothing, and resolves with its value; it runs again where somebody was faster.
   * @param reason for the audit
   */
  commit<T>(reason: string, run: () => Promise<{ readonly step: Step; readonly value: T }>): Promise<T>;
}
