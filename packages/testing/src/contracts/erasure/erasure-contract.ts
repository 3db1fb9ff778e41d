import assert from "node:assert/strict";
import { createWorker, type SyncReader } from "@jobber-sync/core";
import type { ChangeFeed, Inbox, RecordEraser, SyncStore } from "@jobber-sync/core/ports";
import { incomingDelivery } from "../../deliveries/incoming-delivery.ts";
import { silentLogger } from "../../logger/silent-logger.ts";
import type { ContractRunner } from "../store/contract-runner.ts";
import { createCanaries, type PlantCanary } from "./canaries.ts";

/** An empty database whose stored bytes can be searched. */
export interface OpenedErasable {
  readonly inbox: Inbox;
  readonly store: SyncStore & SyncReader & RecordEraser;
  /** The store's changes, not enabled. */
  readonly changes: ChangeFeed;
  /** Returns which of the texts occur anywhere in the files or tables of the database. */
  find(texts: readonly string[]): Promise<readonly string[]> | readonly string[];
  close(): Promise<void> | void;
}

/** Options for `erasureContract`. */
export interface ErasureContractOptions extends ContractRunner {
  readonly open: () => OpenedErasable | Promise<OpenedErasable>;
}

const TENANT = "acme";
const ERASED_AT = "2026-02-01T00:00:00Z";

/**
 * Defines the tests that plant personal data wherever deliveries leave it, and search the stored
 * bytes for it after an erasure. Asserts with `node:assert`.
 */
export function erasureContract({ describe, it, open }: ErasureContractOptions): void {
  const rule = (name: string, check: (opened: OpenedErasable) => Promise<void>) =>
    it(name, async () => {
      const opened = await open();
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });

  describe("erasure: stored bytes", () => {
    rule("none of 40 canaries of an erased client is left, all of another are", async (opened) => {
      const canaries = createCanaries("erased");
      const others = createCanaries("kept");
      await plantClient(opened, "202", others.plant);
      await plantClient(opened, "101", canaries.plant);
      assert.ok(canaries.all.length >= 40, `only ${canaries.all.length} canaries`);
      assert.deepEqual(await opened.find(canaries.all), canaries.all);
      await eraseClient(opened, "101");
      const emptied = await opened.changes.list({ tenant: TENANT, objectId: "101" });
      assert.ok(emptied.length > 0, "the feed has no change of the client");
      assert.deepEqual(await opened.find(canaries.all), []);
      assert.deepEqual(await opened.find(others.all), others.all);
      assert.equal((await opened.store.contact(TENANT, "101"))?.deletedAt, ERASED_AT);
      const jobs = (await opened.store.jobs(TENANT)).map(({ jobberJobId }) => jobberJobId);
      // The third one was still waiting.
      assert.deepEqual(jobs.slice(0, 3), ["101-1", "101-2", "202-1"]);
    });

    rule("no canary of an erased tenant is left", async (opened) => {
      const canaries = createCanaries("tenant");
      await plantClient(opened, "101", canaries.plant);
      await plantClient(opened, "202", canaries.plant);
      await opened.store.erase({ tenant: TENANT, deletedAt: ERASED_AT });
      await opened.inbox.erase({ tenant: TENANT });
      assert.deepEqual(await opened.find(canaries.all), []);
      const contacts = await opened.store.contacts(TENANT);
      assert.deepEqual(
        contacts.map(({ jobberClientId, deletedAt }) => [jobberClientId, deletedAt]),
        [
          ["101", ERASED_AT],
          ["202", ERASED_AT],
        ],
      );
    });
  });
}

/** Erases a client as `createJobberSync` does. */
async function eraseClient({ inbox, store }: OpenedErasable, id: string): Promise<void> {
  const erasure = { tenant: TENANT, jobberClientId: id, deletedAt: ERASED_AT };
  const { jobs } = await store.erase(erasure);
  const client = { jobberClientId: id, jobberJobIds: jobs };
  const { deliveryKeys } = await inbox.erase({ tenant: TENANT, client });
  await store.erase({ ...erasure, deliveryKeys });
}

/** Leaves a client's data in records, submissions, bodies of every state, and in an error. */
async function plantClient(
  { inbox, store, changes }: OpenedErasable,
  id: string,
  plant: PlantCanary,
): Promise<void> {
  const address = (of: string) => ({
    street: plant(`${of}-street`),
    city: plant(`${of}-city`),
    state: plant(`${of}-state`),
    postal_code: plant(`${of}-code`),
    country: plant(`${of}-country`),
  });
  const person = (of: string) => ({
    id,
    name: plant(`${of}-name`),
    first_name: plant(`${of}-first`),
    last_name: plant(`${of}-last`),
    company_name: plant(`${of}-company`),
    email: plant(`${of}-email`),
    phone: plant(`${of}-phone`),
  });
  const job = (of: string, jobId: string) => ({
    event: "job.created",
    data: {
      id: jobId,
      title: plant(`${of}-title`),
      instructions: plant(`${of}-instructions`),
      client: person(of),
      address: address(of),
      unread: plant(`${of}-unread`),
    },
  });
  const client = { ...person("client"), address: address("client"), extra: plant("extra") };
  const quoted = plant("error");
  changes.enable();
  const worker = createWorker({
    inbox,
    store,
    snapshotExtra: { client: ["extra"] },
    retry: { maxAttempts: 1 },
    on: {
      "job.updated": () => {
        throw new Error(`no entry for ${quoted}`);
      },
    },
    logger: silentLogger,
  });
  await accept(inbox, job("first", `${id}-1`));
  await accept(inbox, { event: "client.updated", data: client });
  await worker.drain();
  // Values that were replaced since.
  const newer = { ...client, name: plant("newer-name") };
  await accept(inbox, { event: "client.updated", data: newer });
  await accept(inbox, { ...job("failing", `${id}-2`), event: "job.updated" });
  await worker.drain();
  await accept(inbox, job("waiting", `${id}-3`));
  await accept(inbox, job("quarantined", `${id}-4`), "quarantined");
  const broken = JSON.stringify({ client: { id, name: plant("broken") } }).slice(0, -1);
  await accept(inbox, broken, "quarantined");
}

let deliveries = 0;

async function accept(
  inbox: Inbox,
  payload: { readonly event: string; readonly data: object & { readonly id: string } } | string,
  state: "waiting" | "quarantined" = "waiting",
): Promise<void> {
  deliveries += 1;
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const known = typeof payload === "string" ? null : payload;
  const type = known === null ? "unknown" : known.event.startsWith("job.") ? "job" : "client";
  const objectId = known?.data.id ?? `hash ${deliveries}`;
  await inbox.accept(
    incomingDelivery(objectId, {
      tenant: TENANT,
      objectType: type,
      topic: known?.event ?? null,
      deliveryKey: `key ${deliveries}`,
      body: new TextEncoder().encode(text),
      receivedAt: Date.now() - 50,
      state,
      reason: state === "quarantined" ? "ERR_EVENT_INVALID" : null,
    }),
  );
}
