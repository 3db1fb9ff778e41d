import type { ContactFields, JobWrite, SyncChange, SyncResult } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import { describe, expect, it, onTestFinished } from "vitest";
import { openPool } from "../support/connections.ts";
import { deadlocks } from "../support/deadlocks.ts";
import { delivery } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

function job(
  jobberJobId: string,
  sequence: number,
  fields: Partial<JobWrite & object> = {},
): JobWrite {
  return {
    tenant: "acme",
    jobberJobId,
    mode: "replace",
    fields: { title: `at ${sequence}` },
    sourceUpdatedAt: null,
    sequence,
    ...fields,
  } as JobWrite;
}

function change(parts: Partial<SyncChange>): SyncChange {
  return { contacts: [], jobs: [], submissions: [], ...parts };
}

/** Waits longer for locks, so that statements meet however slow the machine is. */
function patientPool() {
  return {
    query: (text: string, values?: unknown[]) =>
      database.pool.query(text.replace("'300ms'", "'30s'"), values),
    connect: () => database.pool.connect(),
  };
}

describe("times", () => {
  it("keep microseconds, whatever the time zone and date style of the session", async () => {
    const { schema, queue } = await database.open();
    const instants = [
      "0001-01-01T00:00:00Z",
      "1969-12-31T23:59:59.999999Z",
      "2026-03-29T01:30:00.000001Z",
      "2026-01-25T10:00:00.12Z",
      "9999-12-31T23:59:59.999999Z",
    ];
    for (const zone of ["America/St_Johns", "UTC", "Asia/Kathmandu"]) {
      const pool = openPool(database.connectionString, {
        options: `-c TimeZone=${zone} -c DateStyle=SQL,DMY`,
      });
      const { store } = createPostgres({ pool, boss: database.boss, schema, queue });
      for (const [index, instant] of instants.entries()) {
        const id = `${zone} ${index}`;
        await store.apply(
          change({
            jobs: [
              job(id, 1, {
                sourceUpdatedAt: instant,
                fields: {
                  scheduledAt: instant,
                  endsAt: instant,
                  completedAt: instant,
                  sourceCreatedAt: instant,
                },
              }),
            ],
          }),
        );
        const read = (await store.jobs("acme")).find(({ jobberJobId }) => jobberJobId === id);
        expect(read).toMatchObject({
          scheduledAt: instant,
          endsAt: instant,
          completedAt: instant,
          sourceCreatedAt: instant,
          sourceUpdatedAt: instant,
        });
      }
      await pool.end();
    }
  });
});

describe("values", () => {
  it("return unchanged: large numbers, quotes, every script", async () => {
    const { store } = await database.open();
    const fields = {
      title: `"quoted" 'single' \\back\\slash \u{1F680} ünï ‮rtl`,
      jobNumber: Number.MAX_SAFE_INTEGER,
      total: 0.1 + 0.2,
    };
    await store.apply(change({ jobs: [job("1", 1, { fields })] }));
    expect((await store.jobs("acme"))[0]).toMatchObject(fields);
  });

  it("keep every digit whatever extra_float_digits the role has", async () => {
    const { schema, queue } = await database.open();
    const pool = openPool(database.connectionString, { options: "-c extra_float_digits=-5" });
    const { store } = createPostgres({ pool, boss: database.boss, schema, queue });
    for (const [index, total] of [1234567.891, 0.1 + 0.2, 99999999.99].entries()) {
      await store.apply(change({ jobs: [job(String(index), 1, { fields: { total } })] }));
      expect((await store.jobs("acme"))[index]?.total).toBe(total);
    }
    await pool.end();
  });

  it("that PostgreSQL text cannot hold are replaced, not rejected", async () => {
    const { store } = await database.open();
    const fields: Partial<ContactFields> = { name: "a\u0000b\ud800c\\u0000d" };
    const written = await store.apply(
      change({
        contacts: [
          {
            tenant: "acme",
            jobberClientId: "1\u0000",
            mode: "replace",
            fields,
            sourceUpdatedAt: null,
            sequence: 1,
          },
        ],
      }),
    );
    expect(written.contacts).toMatchObject([
      { tenant: "acme", jobberClientId: "1\u0000", outcome: "inserted", before: null },
    ]);
    expect(await store.contacts("acme")).toMatchObject([
      { jobberClientId: "1\uFFFD", name: "a\uFFFDb\uFFFDc\\u0000d" },
    ]);
  });
});

describe("concurrent writers", () => {
  it("of the same records in any order never deadlock and end at the newest version", async () => {
    const { schema, queue } = await database.open();
    const pool = patientPool();
    const stores = Array.from(
      { length: 6 },
      () => createPostgres({ pool, boss: database.boss, schema, queue }).store,
    );
    const ids = Array.from({ length: 12 }, (_, index) => String(index));
    // All ids in three concurrent changes that share a statement. Starting point and direction
    // vary.
    const writes = (sequence: number): readonly SyncChange[] => {
      const turned = ids.map((_, index) => ids[(index + sequence) % ids.length] ?? "");
      const order = sequence % 2 === 0 ? turned : turned.toReversed();
      return [order.slice(0, 4), order.slice(4, 8), order.slice(8)].map((part) =>
        write(part, sequence),
      );
    };
    const write = (order: readonly string[], sequence: number): SyncChange => {
      return {
        contacts: order.map((jobberClientId) => ({
          tenant: "acme",
          jobberClientId,
          mode: "replace",
          fields: { name: `at ${sequence}` },
          sourceUpdatedAt: null,
          sequence,
        })),
        jobs: order.map((id) => job(id, sequence)),
        submissions: order.map((id) => ({
          tenant: "acme",
          deliveryKey: id,
          channel: "jobber",
          payload: {
            event: "client.deleted",
            jobber_client_id: id,
            client_name: null,
            client_email: null,
            client_phone: null,
            address: null,
          },
          createdAt: "2026-01-25T10:00:00Z",
        })),
      };
    };
    const rounds = 12;
    const before = await deadlocks(database);
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let index = 0; index < rounds; index += 1)
          await Promise.all(
            writes(index * stores.length + writer).map((each) => store.apply(each)),
          );
      }),
    );
    const [store] = stores;
    const newest = `at ${rounds * stores.length - 1}`;
    expect(new Set((await store?.jobs("acme"))?.map(({ title }) => title))).toEqual(
      new Set([newest]),
    );
    expect(new Set((await store?.contacts("acme"))?.map(({ name }) => name))).toEqual(
      new Set([newest]),
    );
    expect((await deadlocks(database)) - before).toBe(0);
  });

  it("get the outcome decided under the row lock, not one from before it", async () => {
    const { schema, queue } = await database.open();
    const pool = patientPool();
    const open = () => createPostgres({ pool, boss: database.boss, schema, queue }).store;
    const [store, other] = [open(), open()];
    await store.apply(change({ jobs: [job("1", 1)] }));
    const client = await database.pool.connect();
    await client.query("BEGIN");
    await client.query(`SELECT FROM "${schema}".jobber_jobs FOR UPDATE`);
    const results = Promise.all([
      store.apply(change({ jobs: [job("1", 3)] })),
      other.apply(change({ jobs: [job("1", 3)] })),
    ]);
    // Both wait for the row, and both snapshots predate either write.
    await expect
      .poll(async () => {
        const { rows } = await database.pool.query(
          "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        );
        return rows[0]?.waiting;
      })
      .toBe(2);
    await client.query("COMMIT");
    client.release();
    const outcomes = (await results).map(({ jobs: [first] }) => first?.outcome);
    expect(outcomes.toSorted()).toEqual(["unchanged", "updated"]);
  });
});

describe("changes that share a statement", () => {
  it("are retried one by one if one of them is rejected", async () => {
    const { store, schema } = await database.open({ schema: "checked" });
    await database.pool.query(
      `ALTER TABLE "${schema}".jobber_jobs ADD CHECK (title IS NULL OR title <> 'John Doe, rejected')`,
    );
    const results = await Promise.allSettled(
      ["a", "John Doe, rejected", "c"].map((title, index) =>
        store.apply(
          change({
            contacts: [
              {
                tenant: "acme",
                jobberClientId: title,
                mode: "replace",
                fields: { name: title },
                sourceUpdatedAt: null,
                sequence: 1,
              },
            ],
            jobs: [job(String(index), 1, { fields: { title } })],
          }),
        ),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await store.contacts("acme")).map(({ name }) => name)).toEqual(["a", "c"]);
  });

  it("leave no customer data in the error", async () => {
    const { store, schema } = await database.open({ schema: "constrained" });
    await database.pool.query(
      `ALTER TABLE "${schema}".jobber_jobs ADD CONSTRAINT no_titles CHECK (title IS NULL)`,
    );
    const error = await store
      .apply(change({ jobs: [job("1", 1, { fields: { title: "John Doe, 555-1234" } })] }))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_STORE", cause: { code: "23514" } });
    const said =
      JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
    expect(said).toContain("no_titles");
    expect(said).not.toContain("555-1234");
  });
});

describe("apply while a transaction of the user holds rows of one tenant", () => {
  it("delays other tenants by the lock time-out once, and fails only the locked records", async () => {
    const { store, schema } = await database.open();
    const of = (tenant: string, id: string, sequence: number) =>
      change({ jobs: [{ ...job(id, sequence), tenant } as JobWrite] });
    for (const id of ["1", "2"]) await store.apply(of("locked", id, 1));
    const client = await database.pool.connect();
    // Also when an assertion fails: the lock would stop the tests after this one.
    onTestFinished(() => client.release(true));
    await client.query("BEGIN");
    await client.query(
      `UPDATE "${schema}".jobber_jobs SET title = title WHERE jobber_job_id = '1'`,
    );
    /** Applies one change per tenant. Returns their outcomes in the order in which they came. */
    const round = async (sequence: number) => {
      const outcomes: (readonly [name: string, outcome: unknown])[] = [];
      const note = async (name: string, applying: Promise<unknown>) => {
        const outcome = await applying.then(
          () => "applied",
          (error: { readonly code?: unknown }) => error.code,
        );
        outcomes.push([name, outcome]);
      };
      await Promise.all([
        note("locked", store.apply(of("locked", "1", sequence))),
        note("same tenant", store.apply(of("locked", "2", sequence))),
        ...Array.from({ length: 20 }, (_, index) =>
          note(`other ${index}`, store.apply(of(`other ${index}`, "1", sequence))),
        ),
      ]);
      return outcomes;
    };
    for (const sequence of [2, 3, 4]) {
      const outcomes = await round(sequence);
      for (const [name, outcome] of outcomes)
        expect([name, outcome]).toEqual([name, name === "locked" ? "ERR_STORE_BUSY" : "applied"]);
      // Later rounds: only the tenant whose row is locked waits for the time-out.
      const order = outcomes.map(([name]) => name);
      if (sequence > 2)
        expect(
          order.slice(0, 20).every((name) => name.startsWith("other")),
          order.join(),
        ).toBe(true);
    }
    await client.query("ROLLBACK");
    expect((await store.apply(of("locked", "1", 5))).jobs).toMatchObject([{ outcome: "updated" }]);
  });
});

describe("apply of what is stored already", () => {
  it("writes no row, and returns the outcome of each record", async () => {
    const { store, schema } = await database.open();
    const write = (sequence: number, title: string) =>
      change({
        contacts: [
          {
            tenant: "acme",
            jobberClientId: "1",
            mode: "replace",
            fields: { name: title },
            sourceUpdatedAt: "2026-01-25T10:00:00Z",
            sequence,
          },
        ],
        jobs: [job("1", sequence, { fields: { title } })],
      });
    const writes = async () =>
      (
        await database.pool.query(
          `SELECT array_agg(xmin::text || ctid::text ORDER BY tableoid, ctid) AS rows FROM (
             SELECT xmin, ctid, tableoid FROM "${schema}".jobber_jobs
             UNION ALL SELECT xmin, ctid, tableoid FROM "${schema}".jobber_contacts) AS records`,
        )
      ).rows;
    const outcomes = ({ contacts, jobs }: SyncResult) =>
      [...contacts, ...jobs].map(({ outcome }) => outcome);
    await store.apply(write(5, "new"));
    const before = await writes();
    expect(outcomes(await store.apply(write(5, "new")))).toEqual(["unchanged", "unchanged"]);
    expect(outcomes(await store.apply(write(4, "old")))).toEqual(["stale", "stale"]);
    expect(await writes()).toEqual(before);
    expect(outcomes(await store.apply(write(6, "new")))).toEqual(["unchanged", "unchanged"]);
    expect(await writes()).not.toEqual(before);
  });
});

describe("prepared statements", () => {
  it("are parsed once per connection, and only with prepare: true", async () => {
    const { schema, queue } = await database.open();
    const pool = openPool(database.connectionString, { max: 1 });
    const parsed = async () =>
      (await pool.query("SELECT name FROM pg_prepared_statements")).rows.length;
    const plain = createPostgres({ pool, boss: database.boss, schema, queue });
    await plain.store.apply(change({ jobs: [job("1", 1)] }));
    expect(await parsed()).toBe(0);
    const { store, inbox } = createPostgres({
      pool,
      boss: database.boss,
      schema,
      queue,
      prepare: true,
    });
    for (let sequence = 1; sequence < 8; sequence += 1) {
      await store.apply(change({ jobs: [job("1", sequence)] }));
      await inbox.accept(delivery("1"));
    }
    // apply, the row of a delivery, and its wake-up.
    expect(await parsed()).toBe(3);
    await pool.end();
  });
});
