import type { SnapshotEventName } from "@jobber-sync/core";

/** An address in a snapshot. */
export interface AddressPayload {
  readonly street?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly postal_code?: string | null | undefined;
  readonly country?: string | null | undefined;
}

/** A client in a snapshot. */
export interface ClientPayload {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly first_name?: string | null | undefined;
  readonly last_name?: string | null | undefined;
  readonly company_name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly address?: AddressPayload | null | undefined;
  readonly web_uri?: string | null | undefined;
  /** RFC 3339. Orders this snapshot among others. */
  readonly updated_at?: string | null | undefined;
}

/** A job in a snapshot. Times are RFC 3339. */
export interface JobPayload {
  readonly id: string;
  readonly job_number?: number | null | undefined;
  readonly title?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly scheduled_at?: string | null | undefined;
  readonly ends_at?: string | null | undefined;
  readonly completed_at?: string | null | undefined;
  readonly total?: number | null | undefined;
  readonly web_uri?: string | null | undefined;
  readonly client?: ClientPayload | null | undefined;
  readonly address?: AddressPayload | null | undefined;
  /** Orders this snapshot among others. */
  readonly updated_at?: string | null | undefined;
}

/** The type of `data` for an event. */
export type SnapshotData<N extends SnapshotEventName> = N extends `client.${string}`
  ? ClientPayload
  : JobPayload;

/** The body of a snapshot. */
export interface SnapshotPayload<N extends SnapshotEventName = SnapshotEventName> {
  readonly event: N;
  readonly data: SnapshotData<N>;
  readonly occurred_at?: string;
}

/** Options for {@link snapshotPayload}. */
export interface SnapshotPayloadOptions {
  /** RFC 3339. Orders the snapshot when `data.updated_at` is missing. @default absent */
  readonly occurredAt?: string | undefined;
}

const CLIENT: ClientPayload = {
  id: "456",
  name: "John Doe",
  email: "john@example.com",
  phone: "555-1234",
};

const ADDRESS: AddressPayload = { street: "123 Main St", city: "Austin", state: "TX" };

const JOB: JobPayload = {
  id: "123",
  title: "Lawn Service",
  status: "scheduled",
  scheduled_at: "2026-01-25T10:00:00Z",
  client: CLIENT,
  address: ADDRESS,
};

const DATA: { readonly [N in SnapshotEventName]: SnapshotData<N> } = {
  "job.created": JOB,
  "job.updated": { ...JOB, status: "in_progress" },
  "job.completed": { ...JOB, status: "completed", completed_at: "2026-01-25T11:30:00Z" },
  "job.deleted": { id: JOB.id },
  "client.created": { ...CLIENT, address: ADDRESS },
  "client.updated": { ...CLIENT, phone: "555-9876", address: ADDRESS },
  "client.deleted": { id: CLIENT.id },
};

/**
 * Creates a body that contains the record itself. Every event is about job `123` or client `456`,
 * so that a sequence of snapshots describes one job over time. The same arguments create the same
 * bytes.
 *
 * @param data members of `data` to replace. `client` and `address` are replaced as a whole, not
 * merged. `undefined` leaves a member out
 *
 * @example
 * ```ts
 * import { snapshotPayload } from "@jobber-sync/testing";
 *
 * const updated_at = "2026-01-25T12:00:00Z";
 * snapshotPayload("job.updated", { status: "requires_invoicing", updated_at });
 * ```
 */
export function snapshotPayload<N extends SnapshotEventName>(
  event: N,
  data: Partial<SnapshotData<N>> = {},
  { occurredAt }: SnapshotPayloadOptions = {},
): SnapshotPayload<N> {
  const defaults: SnapshotData<N> = DATA[event];
  return {
    event,
    data: { ...defaults, ...data },
    ...(occurredAt === undefined ? {} : { occurred_at: occurredAt }),
  };
}
