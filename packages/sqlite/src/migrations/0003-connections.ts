/**
 * Connections of tenants to Jobber, leases that decide which process refreshes their tokens, and
 * cursors of reconcile. Tokens are stored as given; `encryptTokens` encrypts them.
 */
export const MIGRATION_0003 = `
CREATE TABLE jobber_connections (
  tenant TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  state TEXT NOT NULL,
  access_token TEXT NOT NULL,
  refresh_token TEXT NOT NULL,
  obtained_at REAL NOT NULL,
  expires_at REAL NOT NULL,
  connected_at TEXT NOT NULL,
  revision TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobber_leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until REAL NOT NULL,
  ttl_ms REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobber_cursors (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
`;
