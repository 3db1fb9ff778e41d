import type { SnapshotEvent } from "../events/jobber-event.ts";
import { isObject, type Unchecked } from "../events/read-values.ts";
import type { Extra } from "./extra.ts";

/** Keys of snapshots that are stored as `extra`, per record type. */
export interface SnapshotExtra {
  /** Keys of a job, such as `custom_fields`. @default none */
  readonly job?: readonly string[] | undefined;
  /** Keys of a client, also of the client inside a job. @default none */
  readonly client?: readonly string[] | undefined;
}

/** @throws {TypeError} unless the keys are lists of texts */
export function checkSnapshotExtra(given: SnapshotExtra | undefined): SnapshotExtra | undefined {
  for (const type of ["job", "client"] as const) {
    const keys: unknown = given?.[type];
    const usable =
      keys === undefined ||
      (Array.isArray(keys) && keys.every((key) => typeof key === "string" && key !== ""));
    if (!usable) throw new TypeError(`snapshotExtra.${type} must be a list of keys.`);
  }
  return given;
}

/**
 * Reads the listed keys of a snapshot's job and client as their `extra`. A record with none of them
 * has none, so that the stored one is kept. Reads the body again, because events contain only known
 * fields.
 */
export function readSnapshotExtra(
  event: SnapshotEvent,
  keys: SnapshotExtra | undefined,
): { readonly job: Extra | undefined; readonly client: Extra | undefined } {
  const wanted = (keys?.job?.length ?? 0) + (keys?.client?.length ?? 0) > 0;
  const body: unknown = wanted ? JSON.parse(new TextDecoder().decode(event.raw)) : null;
  const data = isObject(body) && isObject(body.data) ? body.data : null;
  if (data === null) return { job: undefined, client: undefined };
  if (event.event.startsWith("client."))
    return { job: undefined, client: pick(data, keys?.client) };
  const client = isObject(data.client) ? pick(data.client, keys?.client) : undefined;
  return { job: pick(data, keys?.job), client };
}

function pick(data: Unchecked, keys: readonly string[] = []): Extra | undefined {
  const present = keys.filter((key) => Object.hasOwn(data, key));
  if (present.length === 0) return undefined;
  // Parsed from JSON, so its values are JSON.
  return Object.fromEntries(present.map((key) => [key, data[key] as Extra[string]]));
}
