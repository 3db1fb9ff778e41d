// Members that hold ids, times and words of Jobber's vocabulary, and no customer's data.
const KEPT = /^(event|topic|status|type|kind|id|.*_?ids?|.*Ids?|occur+edAt|.*_at|.*At)$/;

/**
 * Replaces every value of a JSON body that may be about a person: all text and numbers except ids,
 * times, events and statuses. The shape stays, so that a mapping problem can be reproduced. A body
 * that is not JSON is left out whole.
 *
 * @returns the body as text; `null` for a body that is not JSON
 */
export function redactBody(body: Uint8Array): string | null {
  try {
    return JSON.stringify(redact(JSON.parse(Buffer.from(body).toString("utf8")), ""));
  } catch {
    return null;
  }
}

function redact(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, name));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, key)]));
  if (typeof value === "boolean" || value === null) return value;
  if (KEPT.test(name) && isHarmless(value)) return value;
  return typeof value === "number" ? 0 : `redacted (${String(value).length} characters)`;
}

/** Whether a value has the form of an id, a time or a word: a sender may put anything anywhere. */
function isHarmless(value: unknown): boolean {
  return typeof value === "number" || /^[\w.:+/=-]{0,64}$/.test(String(value));
}
