import { createServer } from "node:http";
import {
  createMemoryCursorStore,
  createMemoryInbox,
  createMemoryLease,
  createMemoryStore,
  createMemoryTokenStore,
} from "@jobber-sync/core";
import { nodeBody } from "@jobber-sync/core/http";
import type { SyncStore } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { createJobberSync } from "jobber-sync";
import { afterEach, describe, expect, test, vi } from "vitest";
import { findDifferences } from "../src/demo/find-differences.ts";
import { runDemo } from "../src/demo/index.ts";
import { formatTable } from "../src/format-table.ts";
import {
  createHttpCloser,
  type RecordKind,
  type RunningBackend,
  readRecords,
  type Settings,
  urlOfServer,
} from "../src/index.ts";

/** Starts a backend in memory whose store can be broken on purpose. */
function backend(spoil: (store: SyncStore) => Partial<SyncStore> = () => ({})) {
  return async ({ tenants, app }: Settings): Promise<RunningBackend> => {
    const store = createMemoryStore();
    const database = {
      inbox: createMemoryInbox({ nextSequence: () => store.nextSequence() }),
      store: { ...store, ...spoil(store) },
      changes: store.changes,
      tokens: createMemoryTokenStore(),
      lease: createMemoryLease(),
      cursors: createMemoryCursorStore(),
    };
    // Without reconcile, which would write records that the deliveries left broken.
    const sync = createJobberSync({
      database,
      app,
      tenants,
      reconcile: false,
      logger: silentLogger,
    });
    const server = createServer(async (req, res) => {
      // /records/<slug>/<kind> or /webhooks/jobber/<slug>
      const [route, second = "", third = ""] = (req.url ?? "").split("/").slice(1);
      if (route === "records") {
        res.end(JSON.stringify(await readRecords(store, second, third as RecordKind)));
        return;
      }
      const { method = "", headers } = req;
      const response = await sync.receiver.handle({
        method,
        tenant: third || undefined,
        headers,
        body: nodeBody(req),
      });
      res.writeHead(response.status, response.headers).end(response.body);
    });
    const close = createHttpCloser(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { sync, url: urlOfServer(server), stop: () => close() };
  };
}

async function demo(start: (settings: Settings) => Promise<RunningBackend>) {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  const ok = await runDemo({ title: "Memory", start });
  return { ok, lines: print.mock.calls.map(([line]) => String(line)) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

test("runDemo succeeds when every response and every record matches", async () => {
  const { ok, lines } = await demo(backend());
  expect(lines.at(-1)).toBe("demo: ok");
  expect(ok).toBe(true);
});

test("runDemo names a field with another value and fails", async () => {
  const { ok, lines } = await demo(
    backend((store) => ({
      apply: (change) =>
        store.apply({
          ...change,
          contacts: change.contacts.map((write) =>
            write.mode === "replace"
              ? { ...write, fields: { ...write.fields, isArchived: true } }
              : write,
          ),
        }),
    })),
  );
  expect(ok).toBe(false);
  expect(lines).toContain("contacts[2].isArchived is true, expected false");
  expect(lines.at(-1)).toBe("demo: FAILED, 3 difference(s)");
});

test("runDemo names an extra submission and fails", async () => {
  let count = 0;
  const { ok, lines } = await demo(
    backend((store) => ({
      apply: (change) =>
        store.apply({
          ...change,
          submissions: change.submissions.map((one) => ({
            ...one,
            deliveryKey: `${one.deliveryKey}${count++}`,
          })),
        }),
    })),
  );
  expect(ok).toBe(false);
  expect(lines.some((line) => line.startsWith("submissions[6]"))).toBe(true);
});

describe("findDifferences", () => {
  test("finds none between equal values, in any key order", () => {
    expect(findDifferences("x", { a: 1, b: [null, "c"] }, { b: [null, "c"], a: 1 })).toEqual([]);
  });

  test.each([
    [{ a: 1 }, { a: 2 }, "x.a is 1, expected 2"],
    [{ a: null }, { a: "b" }, 'x.a is null, expected "b"'],
    [{ a: "1" }, { a: 1 }, 'x.a is "1", expected 1'],
    [{}, { a: null }, "x.a is missing, expected null"],
    [{ a: 1 }, {}, "x.a is 1, expected missing"],
    [[1], [1, 2], "x[1] is missing, expected 2"],
    [[1, 2], [1], "x[1] is 2, expected missing"],
    [
      { a: { b: [{ c: true }] } },
      { a: { b: [{ c: false }] } },
      "x.a.b[0].c is true, expected false",
    ],
    [[], {}, "x is [], expected {}"],
  ])("names the difference between %j and %j", (actual, expected, line) => {
    expect(findDifferences("x", actual, expected)).toEqual([line]);
  });
});

const columns = {
  id: (row: { id: number; name: string | null }) => row.id,
  name: (row: { id: number; name: string | null }) => row.name,
};

test("formatTable makes each column as wide as its longest value", () => {
  expect(
    formatTable(columns, [
      { id: 1, name: "Ada" },
      { id: 23, name: null },
    ]),
  ).toBe(["id  name", "--  ----", "1   Ada", "23  -"].join("\n"));
});

test("formatTable cuts the widest column when a line would be too long", () => {
  const table = formatTable(columns, [{ id: 123456, name: "a".repeat(40) }], 20);
  expect(table.split("\n").map((line) => line.length)).toEqual([12, 20, 20]);
  expect(table).toContain("123456  aaaaaaaaaaa…");
});

test("formatTable prints only the headings of a table without rows", () => {
  expect(formatTable(columns, [])).toBe("id  name\n--  ----");
});
