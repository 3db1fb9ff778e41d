import { createMemoryInbox, createReceiver, signPayload } from "@jobber-sync/core";
import type { IncomingDelivery } from "@jobber-sync/core/ports";
import { notificationPayload, silentLogger, snapshotPayload } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const SECRET = "the client secret of the app";

describe("fetchDelayMs", () => {
  it.each([
    ["JOB_UPDATE", 1000],
    ["VISIT_DESTROY", 1000],
    ["APP_DISCONNECT", 0],
    ["QUOTE_CREATE", 0],
  ])(
    "delays a %s by %i ms by default, because only fetched objects wait",
    async (topic, delayMs) => {
      const { receive, accepted } = open();
      await receive(notificationPayload(topic));
      expect(accepted.map((delivery) => delivery.delayMs)).toEqual([delayMs]);
    },
  );

  it("does not delay snapshots, which contain their record", async () => {
    const { receive, accepted } = open();
    await receive(snapshotPayload("job.created"));
    expect(accepted.map((delivery) => delivery.delayMs)).toEqual([0]);
  });

  it("switches the delay off with 0", async () => {
    const { receive, accepted } = open({ fetchDelayMs: 0 });
    await receive(notificationPayload("JOB_UPDATE"));
    expect(accepted.map((delivery) => delivery.delayMs)).toEqual([0]);
  });
});

function open(options: { readonly fetchDelayMs?: number } = {}) {
  const accepted: IncomingDelivery[] = [];
  const inbox = createMemoryInbox();
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    topics: "all",
    logger: silentLogger,
    ...options,
    inbox: {
      ...inbox,
      accept(delivery) {
        accepted.push(delivery);
        return inbox.accept(delivery);
      },
    },
  });
  return {
    accepted,
    async receive(payload: object) {
      const body = new TextEncoder().encode(JSON.stringify(payload));
      const signature = signPayload(body, SECRET);
      const response = await receiver.receive({ tenant: "acme", signature, body });
      expect(response.status).toBe(200);
    },
  };
}
