import type { IntentStats } from "@jobber-sync/core";
import type { DeliveryStats } from "@jobber-sync/core/ports";
import type { SyncDatabase } from "../options.ts";
import {
  assessHealth,
  type HealthLevel,
  type HealthReason,
  levelOf,
  type TenantHealth,
} from "./assess-health.ts";
import { readConnections } from "./read-connections.ts";

/** The result of `sync.health()`. */
export interface Health {
  readonly level: HealthLevel;
  /** Empty when the level is `ok`; the worst first. */
  readonly reasons: readonly HealthReason[];
  /**
   * Rows and oldest age per tenant and state, for gauges. Empty when the database did not respond.
   */
  readonly deliveries: readonly DeliveryStats[];
  /** Pushed changes that are not done, per tenant and state. Empty without an outbox. */
  readonly intents: readonly IntentStats[];
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
}

/** Dependencies of {@link checkHealth}. */
export interface HealthDependencies {
  readonly database: SyncDatabase;
  readonly reconciles: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Reads the state of inbox, connections and reconcile. Never rejects: a failing database is a
 * result.
 */
export async function checkHealth({
  database,
  reconciles,
  now,
}: HealthDependencies): Promise<Health> {
  const checkedAt = now();
  try {
    const [deliveries, intents, tenants] = await Promise.all([
      database.inbox.stats({ now: checkedAt }),
      database.outbox?.stats({ now: checkedAt }) ?? [],
      readTenants(database, now),
    ]);
    const reasons = assessHealth({ deliveries, intents, tenants, reconciles, now: checkedAt });
    return { level: levelOf(reasons), reasons, deliveries, intents, checkedAt };
  } catch {
    const message = "The database did not respond; deliveries are rejected with 503.";
    const reason = {
      code: "database_unreachable",
      level: "failing",
      tenant: null,
      message,
    } as const;
    return { level: "failing", reasons: [reason], deliveries: [], intents: [], checkedAt };
  }
}

async function readTenants(
  database: SyncDatabase,
  now: () => number,
): Promise<readonly TenantHealth[]> {
  return (await readConnections({ ...database, now })).map(({ connectedAt, ...rest }) => ({
    ...rest,
    connectedAt: Date.parse(connectedAt),
  }));
}
