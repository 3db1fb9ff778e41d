import { randomUUID } from "node:crypto";
import type { NewDelivery, SyncChange } from "@jobber-sync/core";
import { startTestDatabase } from "../open-postgres.ts";
import { compare, round } from "./rounds.ts";

const CALLERS = 64;
const COUNT = Number(process.argv[2] ?? 2000);
const ROUNDS = Number(process.argv[3] ?? 5);

const database = await startTestDatabase();
const { pool, boss } = database;
const { inbox, store, schema, queue } = await database.open();
const body = Buffer.from(
  JSON.stringify({ data: { webHookEvent: { topic: "JOB_UPDATE", pad: "x".repeat(600) } } }),
);

function delivery(index: number): NewDelivery {
  return {
    clientSlug: "acme",
    objectType: "job",
    objectId: String(index % 500),
    deliveryKey: randomUUID(),
    topic: "JOB_UPDATE",
    body,
    receivedAt: Date.now(),
    state: "waiting",
    reason: null,
  };
}

await pool.query(
  `CREATE TABLE "${schema}".plain (id bigserial PRIMARY KEY, slug text, type text, object text, key text, topic text, body bytea, at timestamptz default now())`,
);
await pool.query(`CREATE INDEX ON "${schema}".plain (slug, key)`);
const insert = `INSERT INTO "${schema}".plain (slug, type, object, key, topic, body) VALUES ($1,$2,$3,$4,$5,$6) RETURNING id`;
const values = (d: NewDelivery) => [
  d.clientSlug,
  d.objectType,
  d.objectId,
  d.deliveryKey,
  d.topic,
  Buffer.from(d.body),
];

let base = 0;
const accept = await compare(
  {
    "inbox.accept": () => round(COUNT, CALLERS, (index) => inbox.accept(delivery(index))),
    "plain prepared INSERT": () =>
      round(COUNT, CALLERS, (index) =>
        pool.query({ name: "plain", text: insert, values: values(delivery(index)) }),
      ),
    "INSERT + boss.send + COMMIT": () =>
      round(COUNT / 4, CALLERS, async (index) => {
        const client = await pool.connect();
        try {
          await client.query("BEGIN");
          await client.query({ name: "plain", text: insert, values: values(delivery(index)) });
          await boss.send(
            queue,
            { id: index },
            { db: { executeSql: async (text, v) => client.query(text, v) } },
          );
          await client.query("COMMIT");
        } finally {
          client.release();
        }
      }),
  },
  ROUNDS,
);
console.log("accept", accept);

function change(index: number): SyncChange {
  const id = String(index);
  const sequence = index + 1;
  const contact = {
    name: "John Doe",
    firstName: "John",
    lastName: "Doe",
    companyName: null,
    email: "john@example.com",
    phone: "555-1234",
    isLead: false,
    isArchived: false,
    street: "123 Main St",
    city: "Austin",
    state: "TX",
    postalCode: "78701",
    country: "US",
    webUri: "https://example.com",
    sourceCreatedAt: "2026-01-01T00:00:00Z",
  };
  const {
    name: _n,
    firstName: _f,
    lastName: _l,
    companyName: _c,
    email: _e,
    phone: _p,
    isLead: _i,
    isArchived: _a,
    ...address
  } = contact;
  const sourceUpdatedAt = "2026-01-25T10:00:00Z";
  return {
    contacts: [
      { clientSlug: "acme", jobberClientId: id, mode: "replace", fields: contact, sourceUpdatedAt, sequence },
    ],
    jobs: [
      {
        clientSlug: "acme",
        jobberJobId: id,
        mode: "replace",
        sourceUpdatedAt,
        sequence,
        fields: {
          ...address,
          jobNumber: 12,
          title: "Lawn Service",
          status: "scheduled",
          jobberStatus: "upcoming",
          scheduledAt: "2026-01-25T10:00:00Z",
          endsAt: null,
          completedAt: null,
          jobberClientId: id,
          total: 12.5,
        },
      },
    ],
    submissions: [
      {
        clientSlug: "acme",
        deliveryKey: `k${index}`,
        channel: "jobber",
        createdAt: sourceUpdatedAt,
        payload: {
          event: "job.created",
          jobber_job_id: id,
          title: "Lawn",
          status: "scheduled",
          scheduled_at: null,
          client_name: "John",
          client_email: null,
          client_phone: null,
          address: "123",
        },
      },
    ],
  };
}

const s = `"${schema}"`;
await pool.query(
  `CREATE TABLE ${s}.c (LIKE ${s}.jobber_contacts INCLUDING ALL); CREATE TABLE ${s}.j (LIKE ${s}.jobber_jobs INCLUDING ALL); CREATE TABLE ${s}.s (LIKE ${s}.jobber_submissions INCLUDING ALL)`,
);
const snake = (field: string) => field.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`);
function upsert(table: string, key: string[], row: Record<string, unknown>, guard: string) {
  const names = Object.keys(row).map(snake);
  const text = `INSERT INTO ${s}.${table} AS t (${names.join(", ")}) VALUES (${names.map((_, i) => `$${i + 1}`).join(", ")}) ON CONFLICT (${key.join(", ")}) DO ${
    guard === ""
      ? "NOTHING"
      : `UPDATE SET ${names
          .filter((n) => !key.includes(n))
          .map((n) => `${n} = excluded.${n}`)
          .join(", ")} ${guard}`
  }`;
  return { name: `upsert_${table}`, text, values: Object.values(row) };
}
async function threeStatements(index: number) {
  const made = change(index);
  const [contact] = made.contacts;
  const [job] = made.jobs;
  const [submission] = made.submissions;
  if (!contact || contact.mode === "delete" || !job || job.mode === "delete" || !submission) return;
  const client = await pool.connect();
  const more = { version: String(index + 1).padStart(20, "0"), lastOutcome: "x" };
  try {
    await client.query("BEGIN");
    await client.query(
      upsert(
        "c",
        ["client_slug", "jobber_client_id"],
        {
          clientSlug: "acme",
          jobberClientId: contact.jobberClientId,
          ...contact.fields,
          sourceUpdatedAt: contact.sourceUpdatedAt,
          ...more,
        },
        "WHERE t.version <= excluded.version",
      ),
    );
    await client.query(
      upsert(
        "j",
        ["client_slug", "jobber_job_id"],
        {
          clientSlug: "acme",
          jobberJobId: job.jobberJobId,
          ...job.fields,
          sourceUpdatedAt: job.sourceUpdatedAt,
          ...more,
        },
        "WHERE t.version <= excluded.version",
      ),
    );
    await client.query(
      upsert(
        "s",
        ["client_slug", "delivery_key"],
        {
          clientSlug: "acme",
          deliveryKey: submission.deliveryKey,
          channel: "jobber",
          payload: JSON.stringify(submission.payload),
          createdAt: submission.createdAt,
          position: index,
        },
        "",
      ),
    );
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}

const apply = await compare(
  {
    "store.apply": () => {
      base += COUNT;
      const from = base;
      return round(COUNT, CALLERS, (index) => store.apply(change(from + (index % 2 ? index : -index))));
    },
    "BEGIN + 3 + COMMIT": () => {
      base += COUNT;
      const from = base;
      return round(COUNT, CALLERS, (index) => threeStatements(from + (index % 2 ? index : -index)));
    },
  },
  ROUNDS,
);
console.log("apply", apply);
await database.stop();
