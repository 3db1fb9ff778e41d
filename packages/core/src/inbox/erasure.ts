import type { ObjectRef } from "./delivery.ts";

/** Selects the deliveries that `Inbox.erase` erases. */
export interface DeliveryErasure {
  readonly tenant: string;
  /**
   * The client whose data is erased: deliveries of these objects, and deliveries whose body names
   * the client.
   *
   * @default every delivery of the tenant
   */
  readonly client?: ErasedClient | undefined;
  /** Milliseconds since 1970. @default Date.now() */
  readonly now?: number | undefined;
}

/** A client and the objects whose deliveries are about it. */
export interface ErasedClient {
  readonly jobberClientId: string;
  readonly jobberJobIds: readonly string[];
}

/** Result of `Inbox.erase`. */
export interface ErasedDeliveries {
  /** Number of rows that lost a body, an error, or their place in the queue. */
  readonly deliveries: number;
  /** The keys of these rows, each once. Empty if the whole tenant was erased. */
  readonly deliveryKeys: readonly string[];
}

/** A row that may be about an erased client. */
export interface ErasureCandidate extends Pick<ObjectRef, "objectType" | "objectId"> {
  readonly body: Uint8Array | null;
}

/** Decides whether an erasure covers a row of its tenant. Pure. */
export function isErased({ client }: DeliveryErasure, row: ErasureCandidate): boolean {
  if (client === undefined) return true;
  const { jobberClientId, jobberJobIds } = client;
  if (row.objectType === "client" && sameId(row.objectId, jobberClientId)) return true;
  if (row.objectType === "job" && jobberJobIds.some((id) => sameId(row.objectId, id))) return true;
  return row.body !== null && names(row.body, jobberClientId);
}

/**
 * Returns a part of every body that names the client, for a search before {@link isErased}: the id
 * up to the first character that JSON may escape.
 */
export function searchedText({ jobberClientId }: ErasedClient): string {
  return /^[\w+-]*/.exec(jobberClientId)?.[0] ?? "";
}

/** Whether a body names the client. One that cannot be parsed does if it contains the id. */
function names(body: Uint8Array, jobberClientId: string): boolean {
  const text = Buffer.from(body).toString("utf8");
  try {
    return contains(JSON.parse(text), jobberClientId);
  } catch {
    return text.includes(jobberClientId);
  }
}

function contains(value: unknown, id: string): boolean {
  if (typeof value === "string") return sameId(value, id);
  if (typeof value === "number") return String(value) === id;
  return typeof value === "object" && value !== null
    ? Object.values(value).some((inner) => contains(inner, id))
    : false;
}

/** Ids occur with and without base64 padding: see docs/jobber-facts.md#encoded-ids. */
function sameId(a: string, b: string): boolean {
  return a.replace(/=+$/, "") === b.replace(/=+$/, "");
}
