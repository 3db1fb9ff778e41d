/**
 * Deliveries, and the budget of API calls.
 *
 * The two indexes over `waiting` and `claimed` rows hold only these, so that looking for work costs the same whether ten rows or ten
 * million are done. A claimed row stands in the second one at the end of its claim.
 *
 * A key ends in the instant of its change. The index begins with that end, so that new deliveries of all tenants and objects go to the
 * same few pages: a batch is flushed page by page.
 */
export const INBOX = `
CREATE TABLE jobber_deliveries (
  sequence INTEGER PRIMARY KEY,
  client_slug TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  delivery_key TEXT NOT NULL,
  topic TEXT,
  body BLOB,
  body_hash TEXT NOT NULL,
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
CREATE INDEX jobber_deliveries_by_key ON jobber_deliveries (substr(delivery_key, -24), delivery_key, client_slug);
CREATE INDEX jobber_deliveries_open ON jobber_deliveries (object_id, client_slug, object_type, state)
  WHERE state IN ('waiting', 'claimed');
CREATE INDEX jobber_deliveries_due ON jobber_deliveries (coalesce(claimed_until, due_at))
  WHERE state IN ('waiting', 'claimed');
CREATE INDEX jobber_deliveries_parked ON jobber_deliveries (sequence)
  WHERE state IN ('quarantined', 'unresolved', 'paused', 'dead');
CREATE INDEX jobber_deliveries_erasable ON jobber_deliveries (finished_at)
  WHERE state = 'done' AND body IS NOT NULL;

CREATE TABLE jobber_fetch_budget (
  client_slug TEXT PRIMARY KEY,
  next_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
`;
