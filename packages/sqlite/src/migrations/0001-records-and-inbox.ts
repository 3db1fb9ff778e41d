/**
 * Records: contacts, jobs, submissions, and the sequence that orders writes.
 *
 * Inbox: deliveries, and what is known about each tenant. Its indexes:
 *
 * - `by_key` finds deliveries with the same key. A key ends with the time of its change, 20
 *   characters, after the id of its object. The index begins with that end, so that new deliveries
 *   of all tenants and objects go to the same few pages, because a batch is flushed page by page.
 *   The two parts identify nearly every key; the row itself decides.
 * - `open` and `due` contain only rows that may still run, so that looking for work costs the same
 *   with ten rows done or ten million. A claimed row stands in `due` at the end of its claim. `due`
 *   contains the object, so that looking for work does not read the rows.
 * - `by_state` serves lists. It leaves out `done` rows, which are nearly all.
 * - `finished` serves retention: rows that have finished and still have their body.
 */
export const MIGRATION_0001 = `
CREATE TABLE jobber_sequence (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  value INTEGER NOT NULL
) STRICT;
INSERT INTO jobber_sequence (id, value) VALUES (1, 0);

CREATE TABLE jobber_contacts (
  tenant TEXT NOT NULL,
  jobber_client_id TEXT NOT NULL,
  name TEXT,
  first_name TEXT,
  last_name TEXT,
  company_name TEXT,
  email TEXT,
  phone TEXT,
  is_lead INTEGER,
  is_archived INTEGER,
  street TEXT,
  city TEXT,
  state TEXT,
  postal_code TEXT,
  country TEXT,
  web_uri TEXT,
  source_created_at TEXT,
  source_updated_at TEXT,
  deleted_at TEXT,
  version TEXT NOT NULL,
  field_versions TEXT,
  PRIMARY KEY (tenant, jobber_client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobber_jobs (
  tenant TEXT NOT NULL,
  jobber_job_id TEXT NOT NULL,
  job_number INTEGER,
  title TEXT,
  status TEXT,
  jobber_status TEXT,
  scheduled_at TEXT,
  ends_at TEXT,
  completed_at TEXT,
  street TEXT,
  city TEXT,
  state TEXT,
  postal_code TEXT,
  country TEXT,
  jobber_client_id TEXT,
  total REAL,
  web_uri TEXT,
  source_created_at TEXT,
  source_updated_at TEXT,
  deleted_at TEXT,
  version TEXT NOT NULL,
  field_versions TEXT,
  PRIMARY KEY (tenant, jobber_job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobber_jobs_by_client ON jobber_jobs (tenant, jobber_client_id);

CREATE TABLE jobber_submissions (
  tenant TEXT NOT NULL,
  delivery_key TEXT NOT NULL,
  channel TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (tenant, delivery_key)
) STRICT;

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
