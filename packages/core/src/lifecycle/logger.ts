/** Where the library writes the few lines it has to say. pino and bunyan satisfy it as they are. */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Writes to the console: the default where no logger is given. */
export const consoleLogger: Logger = {
  // biome-ignore-start lint/suspicious/noConsole: this is the one place that may
  info: (details, message) => console.info(`jobber-sync: ${message}`, details),
  warn: (details, message) => console.warn(`jobber-sync: ${message}`, details),
  error: (details, message) => console.error(`jobber-sync: ${message}`, details),
  // biome-ignore-end lint/suspicious/noConsole: see above
};
