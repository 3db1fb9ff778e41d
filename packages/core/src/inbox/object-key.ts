import type { ObjectRef } from "./inbox.ts";

/** An object as the key of a map. */
export function objectKey({ clientSlug, objectType, objectId }: ObjectRef): string {
  // The lengths stand for a separator that one of the texts could contain.
  return `${clientSlug.length}:${clientSlug}${objectType.length}:${objectType}${objectId}`;
}
