import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Returns the bodies of JSONTestSuite by file name, if `JOBBER_SYNC_VECTORS` names their folder.
 * The suite is third-party work and not part of this repository.
 */
export function jsonTestSuite(): Readonly<Record<string, Uint8Array>> {
  const folder = process.env.JOBBER_SYNC_VECTORS;
  if (folder === undefined) return {};
  const files = JSON.parse(readFileSync(join(folder, "jsontestsuite.json"), "utf8")) as Record<
    string,
    string
  >;
  return Object.fromEntries(
    Object.entries(files).map(([name, base64]) => [name, Buffer.from(base64, "base64")]),
  );
}
