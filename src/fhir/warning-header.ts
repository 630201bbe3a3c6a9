/** Warnings as a header: they are seen whatever body a client prefers. https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
import type { Issue } from './fault.js';

export function warningHeader(warnings: readonly Issue[]): string | undefined {
  const texts = warnings.map(({ diagnostics }) => `199 portico "${diagnostics.replace(/["\\]/g, '')}"`);
  return texts.length === 0 ? undefined : texts.join(', ');
}
