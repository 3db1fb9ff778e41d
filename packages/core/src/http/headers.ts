type HeaderValue = string | readonly string[] | undefined;

/**
 * Node's header object, a WHATWG `Headers`, or any object with header names as keys, in any case.
 */
export type RequestHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, HeaderValue>>;

/**
 * Returns the value of a header.
 *
 * @param name in lower case
 */
export function headerOf(headers: RequestHeaders, name: string): HeaderValue {
  if (typeof headers.get === "function")
    return (headers as { get(name: string): string | null }).get(name) ?? undefined;
  const record = headers as Readonly<Record<string, HeaderValue>>;
  const value = record[name];
  if (value !== undefined) return value;
  // Node's keys are in lower case; those of a test or a queue message need not be.
  for (const key in record)
    if (key.length === name.length && key.toLowerCase() === name) return record[key];
  return undefined;
}
