import type { Logger } from "@jobber-sync/core";

/**
 * A logger that discards every line: for tests that assert on responses and records, not on the
 * log.
 */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
