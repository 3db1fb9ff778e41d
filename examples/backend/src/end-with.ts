/** Ends a program that cannot do its work: says what a person can act on, and sets the status to 1. */
export function endWith(error: unknown): void {
  console.error(explain(error));
  process.exitCode = 1;
}

/** Errors with a code or a known cause say what to do in their message. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (!("code" in error)) return error.message;
  if (error.code === "EADDRINUSE")
    return `${error.message}. Stop what uses it, or choose another one: PORT=3001.`;
  return String(error.code).startsWith("ERR_") ? `${error.code}: ${error.message}` : error.message;
}
