import { randomBytes } from "node:crypto";
import type { JobberWorker, Receiver } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { createJobberSync, type Health, type JobberSync } from "jobber-sync";

const database = openSqlite("jobber-sync.db");
const app = {
  clientId: "id",
  clientSecret: "a client secret of the app",
  encryptionKeys: [{ id: "1", key: randomBytes(32) }],
};

const sync: JobberSync = createJobberSync({ database, app, tenants: [{ slug: "acme" }] });
sync.receiver satisfies Receiver;
sync.worker satisfies JobberWorker;
sync.start() satisfies Promise<void>;
sync.stop({ graceMs: undefined }) satisfies Promise<void>;
sync.drain({ maxMs: 1000 }) satisfies Promise<number>;
sync.health() satisfies Promise<Health>;
createJobberSync({ database, app, tenants: { resolve: async () => null } });
createJobberSync({
  database,
  tenants: [{ slug: "acme", secrets: "a secret of its own" }],
  on: { "job.completed": ({ submission }) => void submission.payload.jobber_job_id },
  reconcile: false,
});

// @ts-expect-error a database is required
createJobberSync({ app });
// @ts-expect-error an app needs encryption keys
createJobberSync({ database, app: { clientId: "id", clientSecret: "secret" } });
// @ts-expect-error a misspelled event
createJobberSync({ database, app, on: { "job.complete": () => {} } });
// @ts-expect-error a tenant needs a slug
createJobberSync({ database, app, tenants: [{ name: "acme" }] });

// The types of `extra` reach handlers and the API.
const extended = createJobberSync<{ job: { urgent: boolean }; client: object }>({
  database,
  app,
  extra: { job: "urgent", client: undefined },
  snapshotExtra: { job: ["urgent"] },
  on: {
    "job.created": ({ records, job }) => {
      records?.jobs[0]?.fields.extra?.urgent satisfies boolean | undefined;
      job.extra?.urgent satisfies boolean | undefined;
    },
  },
});
extended.api?.extra satisfies object | undefined;
