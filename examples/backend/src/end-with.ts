/** Reports a fatal error in terms the operator can act on, and sets the exit status to 1. */
export function endWith(error: unknown): void {
  console.error(explain(error));
  process.exitCode = 1;
}

/** Returns the message alone for errors that name their cause; anything else is returned whole. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (!("code" in error)) return error.message;
  if (error.code === "EADDRINUSE")
    return `${error.message}. Stop the program that uses it, or choose another port: PORT=3001.`;
  return String(error.code).startsWith("ERR_") ? `${error.code}: ${error.message}` : error.message;
}
