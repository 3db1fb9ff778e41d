import type { ObjectRef } from "../inbox/delivery.ts";
import type { ObjectRefresh } from "../inbox/refresh.ts";
import type { Processor } from "./delivery-task.ts";
import { lookThrough } from "./freshness.ts";
import type { NotificationGroup } from "./notification-group.ts";
import { callStore } from "./write-change.ts";

/**
 * Returns the reads that follow a destroy: of the job of a visit, of the jobs and the client of a
 * property, and of the jobs of a client. Jobber sends no webhook for some of these changes.
 *
 * @param at the time of the first read; the second one follows like a look through a visit
 */
export async function cascadeOf(
  { freshness, parentOf, jobIds }: Processor,
  { tenant, object: { objectType, itemId, accountId }, signal }: NotificationGroup,
  at: number,
): Promise<readonly ObjectRefresh[]> {
  if (freshness === undefined) return [];
  const objects: ObjectRef[] = [];
  if (objectType === "visit" || objectType === "property") {
    const object = { tenant, objectType, objectId: itemId };
    const parent = await callStore(async () => (await parentOf?.(object)) ?? null, signal);
    if (parent !== null) objects.push(parent);
  }
  const owner =
    objectType === "property"
      ? { jobberPropertyId: itemId }
      : objectType === "client"
        ? { jobberClientId: itemId }
        : null;
  if (owner !== null) {
    const ids = await callStore(async () => (await jobIds?.(tenant, owner)) ?? [], signal);
    objects.push(...ids.map((objectId) => ({ tenant, objectType: "job" as const, objectId })));
  }
  const lastAt = lookThrough(at, freshness);
  return objects.map((object) => ({ ...object, accountId, dueAt: at, lastAt, since: at }));
}
