-- What a program of @jobber-sync/postgres needs that may create nothing (`migrate: false`, and pg-boss's `migrate: false`).
-- Run it as the owner, after the numbered files and pg-boss's own schema:
--   psql -v role=<the program's> -v tables=<schema of the jobber_ tables> -v queue=<pg-boss's schema> -f sql/grants.sql

GRANT USAGE ON SCHEMA :"tables", :"queue" TO :"role";

GRANT SELECT ON :"tables".jobber_migrations TO :"role";

GRANT USAGE ON SEQUENCE :"tables".jobber_sequence TO :"role";

GRANT SELECT, INSERT, UPDATE, DELETE ON
  :"tables".jobber_contacts,
  :"tables".jobber_jobs,
  :"tables".jobber_submissions,
  :"tables".jobber_deliveries,
  :"tables".jobber_tenants,
  :"tables".jobber_connections,
  :"tables".jobber_leases,
  :"tables".jobber_cursors
TO :"role";

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"queue" TO :"role";

GRANT USAGE ON ALL SEQUENCES IN SCHEMA :"queue" TO :"role";
