/**
 * Deliveries, and what is known of each tenant.
 *
 * - `by_key` finds deliveries with the same key. A key ends in the instant of its change, 20 characters, and before that in the id of its
 *   object. The index begins with that end, so that new deliveries of all tenants and objects go to the same few pages: a batch is flushed
 *   page by page. Two pieces tell nearly all keys apart; the row itself says whether it is the same.
 * - `open` and `due` hold only rows that may still run, so that looking for work costs the same whether ten rows or ten million are done.
 *   A claimed row stands in `due` at the end of its claim. The object is part of it, so that looking does not read the rows.
 * - `by_state` is what tools list by. It has no `done` rows: they are nearly all.
 * - `finished` is what retention goes by: rows that have an end and still their body.
 */
export const INBOX = `
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
  attempts INTEGER NOT NULL DEFAULT 0,
  retries INTEGER NOT NULL DEFAULT 0,
  recheck_since INTEGER,
  due_at INTEGER NOT NULL,
  claim_id TEXT,
  claimed_until INTEGER,
  received_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  paused_at INTEGER,
  paused_ms INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER
) STRICT;
CREATE INDEX jobber_deliveries_by_key ON jobber_deliveries (substr(delivery_key, -20), substr(delivery_key, -44, 24));
CREATE INDEX jobber_deliveries_open ON jobber_deliveries (object_id, tenant, object_type, state)
  WHERE state IN ('waiting', 'claimed');
CREATE INDEX jobber_deliveries_due ON jobber_deliveries (coalesce(claimed_until, due_at), object_id, tenant, object_type)
  WHERE state IN ('waiting', 'claimed');
CREATE INDEX jobber_deliveries_by_state ON jobber_deliveries (state, sequence, tenant)
  WHERE state <> 'done';
CREATE INDEX jobber_deliveries_finished ON jobber_deliveries (state, finished_at)
  WHERE finished_at IS NOT NULL AND body IS NOT NULL;

CREATE TABLE jobber_tenants (
  tenant TEXT PRIMARY KEY,
  next_slot_at REAL,
  next_retry_at REAL,
  resumed_at INTEGER
) STRICT, WITHOUT ROWID;
`;
