/** Changes of records, and the lanes of the runs that handle them. */
export const MIGRATION_0004: readonly string[] = [
  // `replaced` has the names and old values of the changed fields; it is NULL for a new record.
  `CREATE TABLE jobber_changes (
  sequence bigint PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL CHECK (object_type IN ('job', 'client')),
  object_id text COLLATE "C" NOT NULL,
  cause text NOT NULL,
  ref text,
  at timestamptz NOT NULL,
  record json NOT NULL,
  replaced json,
  initial boolean NOT NULL,
  replay boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'dead')),
  reason text,
  error text,
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  delay_ms double precision NOT NULL DEFAULT 0,
  finished_at timestamptz
)`,

  // The waiting changes of a record in the order of their numbers.
  `CREATE INDEX jobber_changes_line ON jobber_changes (object_id, object_type, tenant, sequence)
  WHERE state = 'waiting'`,

  // As for deliveries: changes with and without a delay are apart, so that apply maintains one
  // index of the three.
  `CREATE INDEX jobber_changes_due ON jobber_changes (tenant, due_at)
  WHERE state = 'waiting' AND delay_ms = 0`,

  `CREATE INDEX jobber_changes_delayed ON jobber_changes (tenant, due_at)
  WHERE state = 'waiting' AND delay_ms > 0`,

  `CREATE INDEX jobber_changes_delayed_at ON jobber_changes
  (((due_at AT TIME ZONE 'UTC') - delay_ms * interval '1 ms'))
  WHERE state = 'waiting' AND delay_ms > 0`,

  `CREATE INDEX jobber_changes_dead ON jobber_changes (sequence) WHERE state = 'dead'`,

  `CREATE INDEX jobber_changes_done ON jobber_changes (finished_at) WHERE state = 'done'`,

  // Rows exist only while a claim holds the lane, as in jobber_lanes.
  `CREATE TABLE jobber_change_lanes (
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  claim_id text NOT NULL,
  until timestamptz NOT NULL,
  lease_ms double precision NOT NULL,
  PRIMARY KEY (tenant, object_type, object_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`,
];
