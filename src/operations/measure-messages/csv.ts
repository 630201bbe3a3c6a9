/** Comma-separated values (https://www.rfc-editor.org/rfc/rfc4180) in which no cell is a formula to a spreadsheet. */

/** Cells with which spreadsheets begin a formula. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n|]/;

const cell = (value: string | number): string => {
  const text = typeof value === 'number' ? String(value) : FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n\t]|^'|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** UTF-8, with the mark by which spreadsheets know it. */
export const csv = (rows: readonly (readonly (string | number)[])[]): Uint8Array =>
  Buffer.from(`\uFEFF${rows.map(row => `${row.map(cell).join(',')}\r\n`).join('')}`);
