import type { ObjectRef } from "./delivery.ts";

/** Returns a map key that is unique to the object. */
export function objectKey({ tenant, objectType, objectId }: ObjectRef): string {
  // Lengths instead of a separator, which one of the texts could contain.
  return `${tenant.length}:${tenant}${objectType.length}:${objectType}${objectId}`;
}
