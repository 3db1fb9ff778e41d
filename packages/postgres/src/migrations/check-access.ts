import { randomUUID } from "node:crypto";
import { JobberSyncError } from "@jobber-sync/core";
import type { ChangeFeed, Inbox, IncomingDelivery, SyncStore } from "@jobber-sync/core/ports";
import type { Schema } from "../database/quote-schema.ts";
import type { SessionPool, SqlClient } from "../database/sql-pool.ts";
import { messageOf, sqlState } from "../database/store-error.ts";
import type { Run } from "../database/transaction.ts";
import { TABLES } from "./migrations.ts";

/** The parts that the probe uses, on a pool with a single connection. */
export interface ProbedParts {
  readonly inbox: Inbox;
  readonly store: SyncStore;
  readonly changes: ChangeFeed;
}

/**
 * Verifies that the role can do what deliveries need: it accepts, claims and settles a probe
 * delivery, applies records, writes the remaining tables, and deletes every row again. Call it in a
 * transaction that is rolled back.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS` if a privilege or a policy of row security is
 * missing
 */
export async function checkAccess(
  { quoted: schema }: Schema,
  { inbox, store, changes }: ProbedParts,
  run: Run,
): Promise<void> {
  const tenant = `jobber-sync probe ${randomUUID()}`;
  // Read first: a failed probe aborts the transaction.
  const [role = ""] = await run<string>("SELECT to_json(current_user)::text AS json", []);
  const step = async (table: string, operation: string, probe: () => Promise<boolean>) => {
    try {
      if (await probe()) return;
    } catch (error) {
      throw sqlState(error) === "42501" ? noAccess(role, messageOf(causeOf(error))) : error;
    }
    throw noAccess(role, `row security hides its row of ${table} from ${operation}`);
  };

  await step("jobber_deliveries", "list", async () => {
    await inbox.accept(probeDelivery(tenant));
    return (await inbox.list({ tenant })).length === 1;
  });
  await step("jobber_deliveries", "claim", () => processProbe(inbox, tenant));
  await step("jobber_refreshes", "refresh", async () => {
    await inbox.refresh({ tenant, ...PROBE }, { dueAt: Date.now() });
    const lease = { leaseMs: 60_000, now: Date.now() };
    return (await inbox.claim({ tenant, ...PROBE }, lease))?.refresh != null;
  });
  await step("jobber_tenants", "acquireSlot", async () => {
    const request = { perSecond: 1, maxWaitMs: 0, now: Date.now() };
    const first = await inbox.acquireSlot(tenant, request);
    return first < (await inbox.acquireSlot(tenant, request));
  });
  await step("jobber_jobs", "apply", () => applyProbe(store, tenant));
  await step("jobber_changes", "claim", () => handleProbe(changes, tenant));
  for (const [table, columns, values] of OTHER_TABLES)
    await step(table, "INSERT", async () => {
      const inserted = await run(
        `INSERT INTO ${schema}.${table} (${columns}) VALUES ($1, ${values}) RETURNING 'true' AS json`,
        [tenant],
      );
      return inserted.length === 1;
    });
  for (const table of TABLES.filter((name) => !NOT_PROBED.has(name)))
    await step(table, "DELETE", async () => {
      const key = table === "jobber_leases" ? "name" : "tenant";
      const text = `DELETE FROM ${schema}.${table} WHERE ${key} = $1 RETURNING 'true' AS json`;
      return (await run(text, [tenant])).length >= 1;
    });
}

/** The lanes are empty again once the probe is settled. */
const NOT_PROBED = new Set(["jobber_migrations", "jobber_lanes", "jobber_change_lanes"]);

/**
 * Tables that no operation of store or inbox writes: columns and, after the tenant or name, values.
 */
const OTHER_TABLES = [
  [
    "jobber_connections",
    "tenant, account_id, state, access_token, refresh_token, obtained_at, expires_at, connected_at, revision",
    "'', 'disconnected', '', '', now(), now(), now(), ''",
  ],
  [
    "jobber_submissions",
    "tenant, delivery_key, channel, payload, created_at, position",
    "'', '', '{}', now(), 0",
  ],
  [
    "jobber_intents",
    "tenant, key, sequence, object_type, creates, verb, action, content_hash, depends_on, matches, created_at, state, due_at",
    "'', -(random() * 1e15)::bigint, '', false, '', '{}', '', '[]', '[]', now(), 'cancelled', now()",
  ],
  ["jobber_intent_matches", "tenant, match, sequence", "'', 0"],
  ["jobber_links", "tenant, object_type, ref, object_id, position", "'', '', '', 0"],
  [
    "jobber_intent_log",
    "tenant, sequence, position, at, event, state",
    "-1, 0, now(), 'planned', 'cancelled'",
  ],
  [
    "jobber_parents",
    "tenant, object_type, object_id, parent_type, parent_id, seen_at",
    "'', '', '', '', now()",
  ],
  ["jobber_leases", "name, holder, until", "'', now()"],
  ["jobber_cursors", "tenant, name, value", "'', ''"],
] as const;

/** The object of the probe delivery. */
const PROBE = { objectType: "unknown", objectId: "" } as const;

function probeDelivery(tenant: string): IncomingDelivery {
  return {
    tenant,
    ...PROBE,
    deliveryKey: "",
    topic: null,
    body: new Uint8Array(),
    receivedAt: Date.now(),
    state: "waiting",
    reason: null,
  };
}

async function processProbe(inbox: Inbox, tenant: string): Promise<boolean> {
  const object = { tenant, ...PROBE };
  const lease = { leaseMs: 60_000, now: Date.now() };
  const claim = await inbox.claim(object, lease);
  if (claim === null || !(await inbox.extend(claim, lease))) return false;
  const [delivery] = claim.deliveries;
  if (delivery === undefined) return false;
  await inbox.settle(claim, [{ sequence: delivery.sequence, state: "done" }]);
  return (await inbox.list({ tenant, states: ["done"] })).length === 1;
}

/** Applies twice: the second write needs to see the rows of the first. */
async function applyProbe(store: SyncStore, tenant: string): Promise<boolean> {
  const common = { mode: "replace", fields: {}, sourceUpdatedAt: null } as const;
  const outcomes: string[] = [];
  for (const sequence of [1, 2]) {
    const { contacts, jobs } = await store.apply({
      contacts: [{ ...common, tenant, jobberClientId: "", sequence }],
      jobs: [{ ...common, tenant, jobberJobId: "", sequence }],
      submissions: [],
    });
    outcomes.push(...[...contacts, ...jobs].map(({ outcome }) => outcome));
  }
  return outcomes.slice(0, 2).every((outcome) => outcome === "inserted");
}

/** Handles the change of the job that {@link applyProbe} has written. */
async function handleProbe(changes: ChangeFeed, tenant: string): Promise<boolean> {
  const object = { tenant, objectType: "job", objectId: "" } as const;
  const lease = { leaseMs: 60_000, now: Date.now() };
  const claim = await changes.claim(object, lease);
  const [change] = claim?.changes ?? [];
  if (claim === null || change === undefined) return false;
  if (!(await changes.extend(claim, lease))) return false;
  await changes.settle(claim, [{ sequence: change.sequence, state: "done" }]);
  return (await changes.list({ tenant, states: ["done"] })).length === 1;
}

function noAccess(role: string, problem: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `The role "${role}" cannot use jobber-sync's tables: ${problem}. Run sql/grants.sql of @jobber-sync/postgres for it, as their owner.`,
  );
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

/** A pool that runs everything on one connection, inside the transaction that is open there. */
export function probePool(client: SqlClient): SessionPool {
  const query: SqlClient["query"] = async (text, values) =>
    /^(?:BEGIN|COMMIT|ROLLBACK)/.test(text) ? { rows: [] } : client.query(text, values);
  return { query, connect: async () => ({ query, release: () => {} }) };
}
