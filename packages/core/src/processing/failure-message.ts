import type { ErrorCode, JobberSyncError } from "../errors.ts";

/** Failures of code that the user wrote: a handler, a status function, a source. */
export const USER_CODE: ReadonlySet<ErrorCode> = new Set([
  "ERR_HANDLER",
  "ERR_MAPPING",
  "ERR_SOURCE",
]);

const MAX_LENGTH = 500;
// PostgreSQL rejects U+0000 in text; the other control characters would garble a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const CONTROL = /[\u0000-\u001f\u007f]+/g;

/**
 * Returns the message of a failure for the delivery's row: one line of at most 500 characters.
 *
 * It contains what the user's own code threw. The causes of other failures are left out, because
 * databases and APIs quote the values that they reject, which may be customer data.
 */
export function failureMessage({ code, message, cause }: JobberSyncError): string {
  const thrown = USER_CODE.has(code) ? describe(cause) : "";
  const line = `${message} ${thrown}`.replace(CONTROL, " ").trim();
  const short = line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
  // A cut may split a surrogate pair, which UTF-8 cannot encode.
  return short.toWellFormed();
}

function describe(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  return typeof thrown === "string" ? thrown : "";
}
