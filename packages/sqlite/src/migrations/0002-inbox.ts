/**
 * Deliveries, lanes, and what is known about each tenant. The indexes of deliveries:
 *
 * - `by_key` finds deliveries with the same key. A key ends with the time of its change, 20
 *   characters, after the id of its object. The index begins with that end, so that new deliveries
 *   of all tenants and objects go to the same few pages, because a batch is flushed page by page.
 *   The two parts identify nearly every key; the row itself decides.
 * - `open` finds the rows of an object that may still run. `due`, `due_later` and `scheduled` find
 *   a tenant's objects with work: `due` rows with a delay of at most 5 s, the other two the rest,
 *   by the time they are due and by the time they were scheduled. A row is also due if it was
 *   scheduled in the future, by a clock that has been corrected since; `due` needs no second index
 *   for that, because 5 s is within the tolerance of that rule. `due` and `due_later` contain the
 *   object, so that looking for work does not read the rows.
 * - None of these four contains finished rows, so that looking for work costs the same with ten
 *   rows done or ten million.
 * - `by_state` serves lists. It leaves out `done` rows, which are nearly all.
 * - `finished` and `erased` serve retention: finished rows with and without their body.
 *
 * A refresh is a request to read an object again, one per object. It has a table of its own, so
 * that accept maintains no index for it.
 *
 * A lane has a row while a claim has it, or while rows are left over from a claim that expired.
 */
export const MIGRATION_0002 = `
CREATE TABLE jobber_deliveries (
  sequence INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  delivery_key TEXT NOT NULL,
  topic TEXT,
  body BLOB,
  body_sha256 BLOB,
  state TEXT NOT NULL,
  reason TEXT,
  error TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  retries INTEGER NOT NULL DEFAULT 0,
  recheck_since INTEGER,
  due_at INTEGER NOT NULL,
  delay_ms INTEGER NOT NULL DEFAULT 0,
  claim_id TEXT,
  received_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  paused_at INTEGER,
  paused_ms INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER
) STRICT;
CREATE INDEX jobber_deliveries_by_key ON jobber_deliveries (substr(delivery_key, -20), substr(delivery_key, -44, 24));
CREATE INDEX jobber_deliveries_open ON jobber_deliveries (object_id, tenant, object_type, state)
  WHERE state IN ('waiting', 'claimed');
CREATE INDEX jobber_deliveries_due ON jobber_deliveries (tenant, due_at, object_id, object_type)
  WHERE state = 'waiting' AND delay_ms <= 5000;
CREATE INDEX jobber_deliveries_due_later ON jobber_deliveries (tenant, due_at, object_id, object_type)
  WHERE state = 'waiting' AND delay_ms > 5000;
CREATE INDEX jobber_deliveries_scheduled ON jobber_deliveries (tenant, due_at - delay_ms)
  WHERE state = 'waiting' AND delay_ms > 5000;
CREATE INDEX jobber_deliveries_by_state ON jobber_deliveries (state, sequence, tenant)
  WHERE state <> 'done';
CREATE INDEX jobber_deliveries_finished ON jobber_deliveries (state, finished_at)
  WHERE finished_at IS NOT NULL AND body IS NOT NULL;
CREATE INDEX jobber_deliveries_erased ON jobber_deliveries (finished_at)
  WHERE state = 'done' AND body IS NULL;

CREATE TABLE jobber_lanes (
  tenant TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  claim_id TEXT,
  held_until INTEGER NOT NULL,
  lease_ms INTEGER NOT NULL,
  PRIMARY KEY (object_id, tenant, object_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobber_refreshes (
  tenant TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  delay_ms INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  account_id TEXT,
  since INTEGER,
  occurred_at INTEGER,
  missing_since INTEGER,
  retries INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (object_id, tenant, object_type)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobber_refreshes_due ON jobber_refreshes (tenant, due_at);
CREATE INDEX jobber_refreshes_scheduled ON jobber_refreshes (tenant, due_at - delay_ms);

CREATE TABLE jobber_parents (
  tenant TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  parent_type TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (object_id, tenant, object_type)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobber_parents_seen ON jobber_parents (seen_at);

CREATE TABLE jobber_tenants (
  tenant TEXT PRIMARY KEY,
  next_slot_at REAL,
  next_retry_at REAL,
  resumed_at INTEGER
) STRICT, WITHOUT ROWID;
`;
