import type { IntentStats } from "@jobber-sync/core";
import type { Connection, DeliveryStats } from "@jobber-sync/core/ports";
import type { Quiet } from "./webhook-rhythm.ts";

/** Overall state: `degraded` needs attention, `failing` means that deliveries are not processed. */
export type HealthLevel = "ok" | "degraded" | "failing";

/** The condition behind a {@link HealthReason}. */
export type HealthCode =
  /** The database did not respond. */
  | "database_unreachable"
  /** Deliveries have waited longer than five minutes (failing: an hour). Is a worker running? */
  | "deliveries_delayed"
  /** Deliveries exhausted their retries. */
  | "dead_letters"
  /** Signed deliveries that are not processed: see their `reason` in `inbox.list()`. */
  | "deliveries_quarantined"
  /** Notifications that no source can resolve, because there is no app. */
  | "deliveries_unresolved"
  /** Deliveries that wait for a connection or a permission. */
  | "deliveries_paused"
  /** Pushed changes have waited longer than an hour. */
  | "push_delayed"
  /** Pushed changes that a person has to decide about: `conflict`, `rejected`, `check`. */
  | "push_undecided"
  /** Pushed changes that wait for a connection or a permission. */
  | "push_paused"
  /** Jobber accepts neither of the tenant's tokens: connect it again. */
  | "needs_reauth"
  /** The account disconnected the app. */
  | "disconnected"
  /** Reconcile has not completed for an hour. */
  | "reconcile_late"
  /**
   * Reconcile finds more changes than webhooks bring, or webhooks of a usually busy tenant pause
   * for longer than usual: are they switched off?
   */
  | "webhooks_silent";

/** One reason for a level other than `ok`. Contains ids and counts, never customers' data. */
export interface HealthReason {
  readonly code: HealthCode;
  readonly level: Exclude<HealthLevel, "ok">;
  /** `null` when all tenants are affected. */
  readonly tenant: string | null;
  /** One sentence for people. */
  readonly message: string;
}

/** The state of a tenant's connection and of its last reconcile. */
export interface TenantHealth extends Pick<Connection, "tenant" | "state"> {
  /** When reconcile last completed; `null` when it never did. Milliseconds since 1970. */
  readonly reconciledAt: number | null;
  /** When the account was connected. Milliseconds since 1970. */
  readonly connectedAt: number;
  /** Since when reconcile finds more changes than webhooks bring; `null` while webhooks arrive. */
  readonly silentSince?: number | null | undefined;
  /** Set while the webhooks of a usually busy tenant pause for longer than usual. */
  readonly quiet?: Quiet | null | undefined;
}

/** Everything that {@link assessHealth} looks at. */
export interface HealthInput {
  readonly deliveries: readonly DeliveryStats[];
  /** Pushed changes that are not done. @default none */
  readonly intents?: readonly IntentStats[] | undefined;
  readonly tenants: readonly TenantHealth[];
  /** Whether reconcile runs. */
  readonly reconciles: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DELAYED_MS = 5 * MINUTE_MS;
const STALLED_MS = 60 * MINUTE_MS;
// Four of reconcile's intervals: a backfill of a large account takes its time, and retries.
const RECONCILE_LATE_MS = 60 * MINUTE_MS;

const STATE_REASONS = {
  dead: ["dead_letters", "exhausted their retries"],
  quarantined: ["deliveries_quarantined", "are quarantined"],
  unresolved: ["deliveries_unresolved", "wait for a source"],
  paused: ["deliveries_paused", "wait for a connection or a permission"],
} as const;

/** Returns the reasons for concern, the worst first. Pure. */
export function assessHealth({
  deliveries,
  intents = [],
  tenants,
  reconciles,
  now,
}: HealthInput): readonly HealthReason[] {
  const reasons = [...deliveries.flatMap(deliveryReasons), ...pushReasons(intents)];
  for (const tenant of tenants) reasons.push(...tenantReasons(tenant, reconciles, now));
  return reasons.sort((a, b) => Number(b.level === "failing") - Number(a.level === "failing"));
}

/** Returns the worst level among the reasons. */
export function levelOf(reasons: readonly HealthReason[]): HealthLevel {
  if (reasons.some(({ level }) => level === "failing")) return "failing";
  return reasons.length > 0 ? "degraded" : "ok";
}

function deliveryReasons({ tenant, state, rows, oldestAgeMs }: DeliveryStats): HealthReason[] {
  if (state === "claimed") return [];
  if (state === "waiting") {
    if (oldestAgeMs < DELAYED_MS) return [];
    const level = oldestAgeMs < STALLED_MS ? "degraded" : "failing";
    const minutes = Math.floor(oldestAgeMs / MINUTE_MS);
    const message = `${count(rows)} waiting, the oldest for ${minutes} minutes.`;
    return [{ code: "deliveries_delayed", level, tenant, message }];
  }
  const [code, verb] = STATE_REASONS[state];
  return [{ code, level: "degraded", tenant, message: `${count(rows)} ${verb}.` }];
}

function tenantReasons(health: TenantHealth, reconciles: boolean, now: number): HealthReason[] {
  const { tenant, state, reconciledAt, connectedAt } = health;
  if (state === "needs_reauth") {
    const message = "Jobber rejects the tenant's tokens. Connect the account again.";
    return [{ code: "needs_reauth", level: "degraded", tenant, message }];
  }
  if (state === "disconnected") {
    const message = "The account disconnected the app.";
    return [{ code: "disconnected", level: "degraded", tenant, message }];
  }
  const reasons: HealthReason[] = [];
  if (health.silentSince) {
    const minutes = Math.floor((now - health.silentSince) / MINUTE_MS);
    const message = `Webhooks have brought fewer changes than reconcile for ${minutes} minutes. Check that they are enabled in Jobber.`;
    reasons.push({ code: "webhooks_silent", level: "degraded", tenant, message });
  }
  if (health.quiet && !health.silentSince) {
    const hours = Math.floor((now - health.quiet.since) / HOUR_MS);
    const usual = Math.ceil(health.quiet.usualMs / HOUR_MS);
    const message = `No webhook has arrived for ${hours} hours; usually they pause for up to ${usual}. Check that they are enabled in Jobber.`;
    reasons.push({ code: "webhooks_silent", level: "degraded", tenant, message });
  }
  const since = Math.max(reconciledAt ?? 0, connectedAt);
  if (!reconciles || now - since < RECONCILE_LATE_MS) return reasons;
  const minutes = Math.floor((now - since) / MINUTE_MS);
  const message = `Reconcile has not completed for ${minutes} minutes.`;
  return [...reasons, { code: "reconcile_late", level: "degraded", tenant, message }];
}

/** Returns at most one reason per tenant and code. */
function pushReasons(intents: readonly IntentStats[]): HealthReason[] {
  const rows = new Map<string, { code: HealthCode; tenant: string; rows: number }>();
  for (const { tenant, state, rows: count, oldestAgeMs } of intents) {
    const code = pushCode(state, oldestAgeMs);
    if (code === null) continue;
    const key = `${code} ${tenant}`;
    rows.set(key, { code, tenant, rows: (rows.get(key)?.rows ?? 0) + count });
  }
  return [...rows.values()].map(({ code, tenant, rows: changes }) => {
    const what = changes === 1 ? "1 pushed change" : `${changes} pushed changes`;
    const message = `${what} ${PUSH_TEXTS[code as keyof typeof PUSH_TEXTS]}.`;
    return { code, level: "degraded", tenant, message };
  });
}

const PUSH_TEXTS = {
  push_undecided: "in conflict, rejected or in check: see push.outbox.list()",
  push_paused: "waiting for a connection or a permission",
  push_delayed: "waiting for more than an hour",
} as const;

function pushCode(state: IntentStats["state"], ageMs: number): keyof typeof PUSH_TEXTS | null {
  if (state === "conflict" || state === "rejected" || state === "check") return "push_undecided";
  if (state === "paused") return "push_paused";
  return ageMs >= STALLED_MS ? "push_delayed" : null;
}

function count(rows: number): string {
  return rows === 1 ? "1 delivery" : `${rows} deliveries`;
}
