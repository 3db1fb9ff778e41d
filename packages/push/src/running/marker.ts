import { createHash } from "node:crypto";
import type { Intent } from "@jobber-sync/core";

/**
 * Returns the text by which the result of an intent is recognized in Jobber. Equal for every send
 * of the intent; contains nothing of the customer.
 */
export function markerOf({ tenant, key }: Pick<Intent, "tenant" | "key">): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([tenant, key]))
    .digest("hex");
  return `[jobber-sync ${hash.slice(0, 16)}]`;
}
