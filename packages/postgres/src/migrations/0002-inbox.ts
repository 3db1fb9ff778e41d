import { keyTailSql } from "../database/key-tail-sql.ts";

/** Deliveries, the lanes of their objects, and the rate limit of each tenant. */
export const MIGRATION_0002: readonly string[] = [
  `CREATE TABLE jobber_deliveries (
  sequence bigint PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  delivery_key text COLLATE "C" NOT NULL,
  topic text,
  state text NOT NULL
    CHECK (state IN ('waiting', 'claimed', 'done', 'unresolved', 'paused', 'quarantined', 'dead')),
  reason text,
  error text,
  body bytea,
  body_sha256 bytea,
  received_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  delay_ms double precision NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  retries integer NOT NULL DEFAULT 0,
  recheck_since timestamptz,
  paused_at timestamptz,
  paused_ms bigint NOT NULL DEFAULT 0,
  finished_at timestamptz,
  claim_id text
)`,

  `CREATE INDEX jobber_deliveries_key ON jobber_deliveries (${keyTailSql("delivery_key")})`,

  // The id comes first: without statistics the planner would otherwise use this index for a
  // tenant's rows, all of which it then sorts, rather than the ones by tenant and time below.
  `CREATE INDEX jobber_deliveries_open ON jobber_deliveries (object_id, object_type, tenant)
  WHERE state IN ('waiting', 'claimed')`,

  // Rows with a short and a long delay are apart, so that accept maintains one index of the three.
  // A row is also due if it was scheduled in the future, by a clock that has been corrected since;
  // rows with a short delay need no second index for that, because 5 s is within the tolerance.
  `CREATE INDEX jobber_deliveries_due ON jobber_deliveries (tenant, due_at)
  WHERE state = 'waiting' AND delay_ms <= 5000`,

  `CREATE INDEX jobber_deliveries_delayed ON jobber_deliveries (tenant, due_at)
  WHERE state = 'waiting' AND delay_ms > 5000`,

  `CREATE INDEX jobber_deliveries_delayed_at ON jobber_deliveries
  (((due_at AT TIME ZONE 'UTC') - delay_ms * interval '1 ms'))
  WHERE state = 'waiting' AND delay_ms > 5000`,

  `CREATE INDEX jobber_deliveries_claimed ON jobber_deliveries (tenant, object_type, object_id)
  WHERE state = 'claimed'`,

  `CREATE INDEX jobber_deliveries_unfinished ON jobber_deliveries (sequence)
  WHERE state IN ('unresolved', 'paused', 'quarantined', 'dead')`,

  `CREATE INDEX jobber_deliveries_paused ON jobber_deliveries (tenant, object_type, object_id)
  WHERE state = 'paused'`,

  `CREATE INDEX jobber_deliveries_failed ON jobber_deliveries (finished_at)
  WHERE state IN ('unresolved', 'quarantined', 'dead')`,

  `CREATE INDEX jobber_deliveries_bodies ON jobber_deliveries (finished_at)
  WHERE state = 'done' AND body IS NOT NULL`,

  `CREATE INDEX jobber_deliveries_erased ON jobber_deliveries (finished_at)
  WHERE state = 'done' AND body IS NULL`,

  // Rows exist only while a claim holds the lane. The settings keep the table small although every
  // run inserts and deletes a row.
  `CREATE TABLE jobber_lanes (
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  claim_id text NOT NULL,
  until timestamptz NOT NULL,
  lease_ms double precision NOT NULL,
  wanted boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant, object_type, object_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`,

  // Requests to read an object again, one per object. A table of its own, so that accept maintains
  // no index for them. Times other than `due_at` are only compared by workers.
  `CREATE TABLE jobber_refreshes (
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  due_at timestamptz NOT NULL,
  delay_ms double precision NOT NULL,
  last_at double precision NOT NULL,
  account_id text,
  since double precision,
  occurred_at double precision,
  missing_since double precision,
  retries integer NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (object_id, object_type, tenant)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`,

  `CREATE INDEX jobber_refreshes_due ON jobber_refreshes (tenant, due_at)`,

  `CREATE INDEX jobber_refreshes_scheduled ON jobber_refreshes
  (((due_at AT TIME ZONE 'UTC') - delay_ms * interval '1 ms'))`,

  `CREATE TABLE jobber_parents (
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  parent_type text NOT NULL,
  parent_id text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (object_id, object_type, tenant)
)`,

  `CREATE INDEX jobber_parents_seen ON jobber_parents (seen_at)`,

  // Slots are stored as milliseconds since 1970, the exact numbers of core's nextSlotAt.
  `CREATE TABLE jobber_tenants (
  tenant text COLLATE "C" PRIMARY KEY,
  next_slot_at double precision,
  next_retry_at double precision,
  last_wait_ms double precision,
  resumed_at timestamptz
)`,
];
