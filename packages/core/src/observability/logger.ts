/** Where the library writes the few lines it has to say. pino and bunyan satisfy it as they are. */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Writes to the console: the default where no logger is given. */
export const consoleLogger: Logger = {
  // biome-ignore-start lint/suspicious/noConsole: this is the one place that may
  info: (details, message) => console.info(...line(details, message)),
  warn: (details, message) => console.warn(...line(details, message)),
  error: (details, message) => console.error(...line(details, message)),
  // biome-ignore-end lint/suspicious/noConsole: see above
};

function line(details: object, message: string): readonly [string, object?] {
  const said = `jobber-sync: ${message}`;
  return Object.keys(details).length === 0 ? [said] : [said, details];
}
