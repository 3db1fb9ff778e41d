import type { Logger } from "../observability/logger.ts";

/** Creates the logger a handler receives: yours, with `fields` added to every line. */
export function createDeliveryLogger(logger: Logger, fields: object): Logger {
  const detailed = (details: object) =>
    details instanceof Error ? { ...fields, err: details } : { ...fields, ...details };
  return {
    info: (details, message) => logger.info(detailed(details), message),
    warn: (details, message) => logger.warn(detailed(details), message),
    error: (details, message) => logger.error(detailed(details), message),
  };
}
