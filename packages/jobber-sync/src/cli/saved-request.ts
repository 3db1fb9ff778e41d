import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SIGNATURE_HEADER } from "@jobber-sync/core";
import { CliError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";

/** A request that was saved to a file. */
export interface SavedRequest {
  readonly body: Uint8Array;
  /** The values of the signature header; `null` if the file has no headers. */
  readonly signatures: readonly string[] | null;
}

/**
 * Reads a file, or the standard input for `-` and no file.
 *
 * @throws {CliError} `ERR_CLI_INPUT`
 */
export async function readFileOrInput(io: CliIo, file: string | undefined): Promise<Uint8Array> {
  if (file === undefined || file === "-") return io.readInput();
  try {
    return readFileSync(resolve(io.cwd, file));
  } catch (error) {
    throw new CliError("ERR_CLI_INPUT", `${file} cannot be read.`, { cause: error });
  }
}

const HEADER_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;
const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/\d/;

/**
 * Parses a saved request: an HTTP message (request line or headers, an empty line, the body), a
 * line of `inbox export`, or a body alone. The bytes of the body stay as they are.
 */
export function parseSavedRequest(bytes: Uint8Array): SavedRequest {
  return parseMessage(bytes) ?? parseExport(bytes) ?? { body: bytes, signatures: null };
}

function parseMessage(bytes: Uint8Array): SavedRequest | null {
  const text = Buffer.from(bytes).toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return null;
  const lines = text.slice(0, end.index).split(/\r?\n/);
  const [first = "", ...rest] = lines;
  const headers = REQUEST_LINE.test(first) ? rest : lines;
  if (headers.length === 0 || !headers.every((line) => HEADER_LINE.test(line))) return null;
  const signatures = headers.flatMap((line) => {
    const colon = line.indexOf(":");
    const isSignature = line.slice(0, colon).toLowerCase() === SIGNATURE_HEADER.toLowerCase();
    return isSignature ? [line.slice(colon + 1).trim()] : [];
  });
  return { body: bytes.subarray(end.index + end[0].length), signatures };
}

function parseExport(bytes: Uint8Array): SavedRequest | null {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as {
      readonly body?: unknown;
      readonly bodyBase64?: unknown;
      readonly headers?: unknown;
    };
    const { body, bodyBase64, headers } = value;
    const given = typeof bodyBase64 === "string" ? Buffer.from(bodyBase64, "base64") : utf8(body);
    if (given === null) return null;
    return { body: given, signatures: signaturesOf(headers) };
  } catch {
    return null;
  }
}

function utf8(body: unknown): Uint8Array | null {
  return typeof body === "string" ? Buffer.from(body, "utf8") : null;
}

function signaturesOf(headers: unknown): readonly string[] | null {
  if (typeof headers !== "object" || headers === null) return null;
  return Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === SIGNATURE_HEADER.toLowerCase() ? [String(value)] : [],
  );
}
