/**
 * Tenants' connections to Jobber, leases for refreshing them, and reconcile cursors. Tokens are
 * stored as given: wrap the token store in `encryptTokens`.
 */
export const MIGRATION_0003: readonly string[] = [
  `CREATE TABLE jobber_connections (
  tenant text COLLATE "C" PRIMARY KEY,
  account_id text NOT NULL,
  state text NOT NULL,
  access_token text NOT NULL,
  refresh_token text NOT NULL,
  obtained_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  connected_at timestamptz NOT NULL,
  revision text NOT NULL
)`,

  `CREATE TABLE jobber_leases (
  name text COLLATE "C" PRIMARY KEY,
  holder text NOT NULL,
  until timestamptz NOT NULL
)`,

  `CREATE TABLE jobber_cursors (
  tenant text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (tenant, name)
)`,
];
