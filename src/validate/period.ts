/** Partial dates as ranges of time. https://hl7.org/fhir/R4/datatypes.html#dateTime */

/** First and last millisecond that a valid date, dateTime or instant may mean; local times are read as UTC. */
export function rangeOf(text: string): [low: number, high: number] {
  if (text.length > 10) {
    const at = Date.parse(text.replace(/:60/, ':59'));
    return [at, at];
  }
  const [year, month, day] = text.split('-').map(Number) as [number, number?, number?];
  const low = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const next = day ? low + 86_400_000 : month ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1);
  return [low, next - 1];
}

/** False only where the first is surely later than the second. */
export const notAfter = (first: string, second: string): boolean => rangeOf(first)[0] <= rangeOf(second)[1];
