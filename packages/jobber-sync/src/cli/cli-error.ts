/** Codes of errors that belong to the command line, beside those of `JobberSyncError`. */
export type CliErrorCode =
  | "ERR_CLI_USAGE"
  | "ERR_CLI_CONFIG"
  | "ERR_CLI_INPUT"
  | "ERR_CLI_NOT_RUNNING"
  | "ERR_CLI_FAILED";

/** Exit codes: 1 when the operation failed or its result is negative, 2 when it could not begin. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** An error of the command line, printed as one line with its code. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  readonly exitCode: number;

  constructor(code: CliErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = code === "ERR_CLI_FAILED" ? EXIT.failed : EXIT.usage;
  }
}
