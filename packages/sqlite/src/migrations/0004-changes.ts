/**
 * Changes of records and the lanes of the runs that handle them. The indexes of changes:
 *
 * - `line` finds the waiting changes of a record in the order of their numbers.
 * - `due`, `delayed` and `scheduled` find a tenant's waiting changes: `due` those without a delay,
 *   the other two the rest, by the time they are due and by the time they were scheduled. A change
 *   that was scheduled in the future, by a clock that has been corrected since, is due.
 * - `dead` serves lists and stats, `done` serves retention.
 *
 * `replaced` contains the names and old values of the changed fields; it is NULL for a new record.
 */
export const MIGRATION_0004 = `
CREATE TABLE jobber_changes (
  sequence INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  cause TEXT NOT NULL,
  ref TEXT,
  at INTEGER NOT NULL,
  record TEXT NOT NULL,
  replaced TEXT,
  initial INTEGER NOT NULL,
  replay INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting',
  reason TEXT,
  error TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  delay_ms INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER
) STRICT;
CREATE INDEX jobber_changes_line ON jobber_changes (object_id, tenant, object_type, sequence)
  WHERE state = 'waiting';
CREATE INDEX jobber_changes_due ON jobber_changes (tenant, due_at, object_id, object_type)
  WHERE state = 'waiting' AND delay_ms = 0;
CREATE INDEX jobber_changes_delayed ON jobber_changes (tenant, due_at, object_id, object_type)
  WHERE state = 'waiting' AND delay_ms > 0;
CREATE INDEX jobber_changes_scheduled ON jobber_changes (due_at - delay_ms)
  WHERE state = 'waiting' AND delay_ms > 0;
CREATE INDEX jobber_changes_dead ON jobber_changes (sequence) WHERE state = 'dead';
CREATE INDEX jobber_changes_done ON jobber_changes (finished_at) WHERE state = 'done';

CREATE TABLE jobber_change_lanes (
  tenant TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  claim_id TEXT NOT NULL,
  held_until INTEGER NOT NULL,
  lease_ms INTEGER NOT NULL,
  PRIMARY KEY (object_id, tenant, object_type)
) STRICT, WITHOUT ROWID;
`;
