-- Migration 2 of @jobber-sync/postgres, for people whose programs may not create tables.
-- Run it once, as the owner: psql "options=-csearch_path=<schema>" -f sql/0002.sql

BEGIN;

CREATE TABLE jobber_connections (
  tenant text COLLATE "C" PRIMARY KEY,
  account_id text NOT NULL,
  state text NOT NULL,
  access_token text NOT NULL,
  refresh_token text NOT NULL,
  obtained_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  connected_at timestamptz NOT NULL,
  revision text NOT NULL
);

CREATE TABLE jobber_leases (
  name text COLLATE "C" PRIMARY KEY,
  holder text NOT NULL,
  until timestamptz NOT NULL
);

CREATE TABLE jobber_cursors (
  tenant text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (tenant, name)
);

INSERT INTO jobber_migrations (version) VALUES (2);

COMMIT;
