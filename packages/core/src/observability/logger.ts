/** The logger that the library writes to. pino and bunyan loggers fit without an adapter. */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A logger that writes to the console: the default where no logger is passed. */
const consoleLogger: Logger = {
  // biome-ignore-start lint/suspicious/noConsole: the one place that writes to the console
  info: (details, message) => console.info(...line(details, message)),
  warn: (details, message) => console.warn(...line(details, message)),
  error: (details, message) => console.error(...line(details, message)),
  // biome-ignore-end lint/suspicious/noConsole: see above
};

/**
 * Returns a logger that never throws. If `logger` throws or rejects, the console gets the line
 * instead, preceded once by the logger's error.
 *
 * @param logger a user's logger. @default the console
 */
export function safeLogger(logger: Logger = consoleLogger): Logger {
  if (logger === consoleLogger) return logger;
  let reported = false;
  const write = (level: keyof Logger) => (details: object, message: string) => {
    const failed = (err: unknown) => {
      if (!reported) consoleLogger.error({ err }, "the logger failed, writing to the console");
      reported = true;
      consoleLogger[level](details, message);
    };
    try {
      // Typed as void, but an async function fits the type as well.
      const written: unknown = logger[level](details, message);
      if (written instanceof Promise) written.then(undefined, failed);
    } catch (err) {
      failed(err);
    }
  };
  return { info: write("info"), warn: write("warn"), error: write("error") };
}

function line(details: object, message: string): readonly [string, object?] {
  const text = `jobber-sync: ${message}`;
  return Object.keys(details).length === 0 ? [text] : [text, details];
}
