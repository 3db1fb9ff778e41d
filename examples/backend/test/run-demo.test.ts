import { createServer } from "node:http";
import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
} from "@jobber-sync/core";
import { nodeBody } from "@jobber-sync/core/http";
import type { SyncStore } from "@jobber-sync/core/ports";
import { afterEach, expect, test, vi } from "vitest";
import { runDemo } from "../src/demo/index.ts";
import {
  closeHttpServer,
  createApi,
  type RecordKind,
  type RunningBackend,
  readRecords,
  type Settings,
  urlOfServer,
} from "../src/index.ts";

const quiet = { info() {}, warn() {}, error() {} };

/** A backend in memory, whose store can be made to do something wrong. */
function backend(spoil: (store: SyncStore) => Partial<SyncStore> = () => ({})) {
  return async ({ tenants, api: settings }: Settings): Promise<RunningBackend> => {
    const store = createMemoryStore();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
    const receiver = createReceiver({ tenants, inbox, logger: quiet });
    const api = settings === null ? undefined : createApi(settings, { inbox });
    const worker = createWorker({
      inbox,
      source: api,
      store: { ...store, ...spoil(store) },
      logger: quiet,
    });
    const server = createServer(async (req, res) => {
      // /records/<slug>/<kind> or /webhooks/jobber/<slug>
      const [route, second = "", third = ""] = (req.url ?? "").split("/").slice(1);
      if (route === "records") {
        res.end(JSON.stringify(await readRecords(store, second, third as RecordKind)));
        return;
      }
      const { method = "", headers } = req;
      const response = await receiver.handle({
        method,
        tenant: third,
        headers,
        body: nodeBody(req),
      });
      res.writeHead(response.status, response.headers).end(response.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      api,
      url: urlOfServer(server),
      drain: async () => void (await worker.drain()),
      stop: () => closeHttpServer(server),
    };
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

test("it is ok when every answer and every record is what it must be", async () => {
  const { ok, lines } = await demo(backend());
  expect(lines.at(-1)).toBe("demo: ok");
  expect(ok).toBe(true);
});

test("a field with another value is told, and the demo is not ok", async () => {
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
  expect(lines).toContain("contacts[2].isArchived is true, must be false");
  expect(lines.at(-1)).toBe("demo: FAILED, 3 difference(s)");
});

test("a submission too many is told, and the demo is not ok", async () => {
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
