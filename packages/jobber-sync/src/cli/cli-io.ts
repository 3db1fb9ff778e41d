import { styleText } from "node:util";

/** The surroundings of a command: streams, environment and folder. Tests pass their own. */
export interface CliIo {
  /** Writes a line to the standard output. */
  readonly out: (line: string) => void;
  /** Writes a line to the standard error output. */
  readonly err: (line: string) => void;
  /** Replaces the current line of a terminal's error output; `null` where there is no terminal. */
  readonly progress: ((line: string) => void) | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly color: boolean;
  readonly readInput: () => Promise<Uint8Array>;
  /** Aborts when the user or the system ends the program. */
  readonly signal: AbortSignal;
}

/** A style of `node:util`'s `styleText`. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Styles a text where the output is a terminal that shows colors. */
export function styled({ color }: Pick<CliIo, "color">, style: Style, text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}

/**
 * Replaces control characters, so that text from a request or a record cannot move the cursor or
 * change the terminal.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");
}

/** Creates the surroundings of this process. */
export function processIo(process: NodeJS.Process): CliIo {
  const { stdout, stderr, stdin } = process;
  const end = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => end.abort());
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    progress: stderr.isTTY ? (line) => void stderr.write(`\r\u001B[K${line}`) : null,
    env: process.env,
    cwd: process.cwd(),
    color: stdout.isTTY && stdout.hasColors(),
    async readInput() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
    signal: end.signal,
  };
}
