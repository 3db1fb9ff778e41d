type HeaderValue = string | readonly string[] | undefined;

/** Node's header object, or anything with `get` as WHATWG `Headers` has it, or header names as keys in any case. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, HeaderValue>>;

/** The value of a header, by its name in lower case. */
export function headerOf(headers: RequestHeaders, name: string): HeaderValue {
  if (typeof headers.get === "function")
    return (headers as { get(name: string): string | null }).get(name) ?? undefined;
  const record = headers as Readonly<Record<string, HeaderValue>>;
  const value = record[name];
  if (value !== undefined) return value;
  // Node's keys are in lower case; those of a test or a queue's message need not be.
  for (const key in record)
    if (key.length === name.length && key.toLowerCase() === name) return record[key];
  return undefined;
}
