import type { ObjectRef } from "./inbox.ts";

/** An object as the key of a map. */
export function objectKey({ tenant, objectType, objectId }: ObjectRef): string {
  // The lengths stand for a separator that one of the texts could contain.
  return `${tenant.length}:${tenant}${objectType.length}:${objectType}${objectId}`;
}
