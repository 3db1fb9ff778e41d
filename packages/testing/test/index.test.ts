import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { promisify } from "node:util";
import {
  KNOWN_TOPICS,
  type NotificationEvent,
  parseEvent,
  type SnapshotEventName,
  topicTraits,
  verifySignature,
} from "@jobber-sync/core";
import { notificationPayload, signedRequest, snapshotPayload } from "@jobber-sync/testing";
import { encodedId } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";

describe("notificationPayload", () => {
  it("creates an envelope that parses for each of the 46 topics, with both spellings of the time", () => {
    expect(KNOWN_TOPICS).toHaveLength(46);
    for (const topic of KNOWN_TOPICS) {
      for (const spelling of ["occurredAt", "occuredAt"] as const) {
        const payload = notificationPayload(topic, {}, { spelling });
        expect(Object.keys(payload.data.webHookEvent)).toEqual([
          "topic",
          "appId",
          "accountId",
          "itemId",
          spelling,
        ]);
        expect(notification(payload)).toMatchObject({
          topic,
          ...topicTraits(topic),
          accountId: encodedId("Account", 1001),
          occurredAt: "2026-01-25T10:00:00Z",
          warnings: [],
        });
      }
    }
  });

  it("uses the account as the item of APP topics and an item of the topic's type otherwise", () => {
    expect(notification(notificationPayload("APP_DISCONNECT")).itemId).toBe(
      encodedId("Account", 1001),
    );
    expect(notification(notificationPayload("JOB_CLOSED")).itemId).toBe(
      "Z2lkOi8vSm9iYmVyL0pvYi8yMDAx",
    );
  });

  it("accepts unknown topics", () => {
    expect(notification(notificationPayload("WARP_DRIVE_ENGAGED"))).toMatchObject({
      event: null,
      objectType: "unknown",
    });
  });

  it("overrides members, leaves out undefined ones and sends null as null", () => {
    const payload = notificationPayload("JOB_UPDATE", {
      itemId: 7,
      appId: undefined,
      occurredAt: null,
    });
    expect(JSON.stringify(payload)).toBe(
      JSON.stringify({
        data: {
          webHookEvent: {
            topic: "JOB_UPDATE",
            accountId: encodedId("Account", 1001),
            itemId: 7,
            occurredAt: null,
          },
        },
      }),
    );
  });

  it("leaves the time out when it is undefined", () => {
    const { webHookEvent } = JSON.parse(
      JSON.stringify(notificationPayload("JOB_UPDATE", { occurredAt: undefined })),
    ).data;
    expect(Object.keys(webHookEvent)).toEqual(["topic", "appId", "accountId", "itemId"]);
  });
});

function notification(payload: object): NotificationEvent {
  const event = parseEvent(new TextEncoder().encode(JSON.stringify(payload)));
  if (event.kind !== "notification") throw new Error("not a notification");
  return event;
}

const EVENTS: readonly SnapshotEventName[] = [
  "job.created",
  "job.updated",
  "job.completed",
  "client.created",
  "client.updated",
];

describe("snapshotPayload", () => {
  it("creates the documented body for job.created, byte for byte", () => {
    expect(JSON.stringify(snapshotPayload("job.created"))).toBe(
      JSON.stringify({
        event: "job.created",
        data: {
          id: "123",
          title: "Lawn Service",
          status: "scheduled",
          scheduled_at: "2026-01-25T10:00:00Z",
          client: { id: "456", name: "John Doe", email: "john@example.com", phone: "555-1234" },
          address: { street: "123 Main St", city: "Austin", state: "TX" },
        },
      }),
    );
  });

  it("creates a body that parses to its event, for every event", () => {
    for (const event of EVENTS) {
      const parsed = parseEvent(bytesOf(snapshotPayload(event)));
      expect(parsed).toMatchObject({
        kind: "snapshot",
        event,
        warnings: [],
        sourceUpdatedAt: null,
      });
    }
  });

  it("uses job 123 for every job event and its client 456 for every client event", () => {
    expect(EVENTS.map((event) => snapshotPayload(event).data.id)).toEqual([
      "123",
      "123",
      "123",
      "456",
      "456",
    ]);
  });

  it("overrides members of data, leaves out undefined ones and sends null as null", () => {
    const payload = snapshotPayload("job.updated", {
      status: "requires_invoicing",
      title: null,
      address: undefined,
    });
    const { data } = JSON.parse(JSON.stringify(payload));
    expect(data).toMatchObject({ id: "123", status: "requires_invoicing", title: null });
    expect(data).not.toHaveProperty("address");
  });

  it("puts the source time in occurred_at or in data.updated_at", () => {
    const beside = snapshotPayload("client.updated", {}, { occurredAt: "2026-01-25T12:00:00Z" });
    const inside = snapshotPayload("client.updated", { updated_at: "2026-01-25T13:00:00+00:00" });
    expect(parseEvent(bytesOf(beside))).toMatchObject({ sourceUpdatedAt: "2026-01-25T12:00:00Z" });
    expect(parseEvent(bytesOf(inside))).toMatchObject({ sourceUpdatedAt: "2026-01-25T13:00:00Z" });
  });
});

function bytesOf(payload: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(payload));
}

const SECRET = "a-client-secret-of-32-characters";

describe("signedRequest", () => {
  it("serialises an object as compact JSON and keeps text and bytes unchanged", () => {
    const text = '{ "a" : 1.0 }\n';
    const bytes = Uint8Array.of(0xff, 0x00, 0x80);
    expect(new TextDecoder().decode(signedRequest({ a: 1, name: "Zoë" }, SECRET).body)).toBe(
      '{"a":1,"name":"Zoë"}',
    );
    expect(new TextDecoder().decode(signedRequest(text, SECRET).body)).toBe(text);
    expect(signedRequest(bytes, SECRET).body).toEqual(bytes);
  });

  it("signs the bytes that it sends", () => {
    const { body, headers } = signedRequest({ name: "Zoë" }, SECRET);
    expect(headers).toEqual({
      "content-type": "application/json",
      "content-length": "15",
      "x-jobber-hmac-sha256": createHmac("sha256", SECRET)
        .update('{"name":"Zoë"}')
        .digest("base64"),
    });
    expect(() => verifySignature(body, headers["x-jobber-hmac-sha256"], SECRET)).not.toThrow();
  });

  it("copies the caller's bytes", () => {
    const bytes = new TextEncoder().encode("{}");
    const { body, headers } = signedRequest(bytes, SECRET);
    bytes.fill(0);
    expect(() => verifySignature(body, headers["x-jobber-hmac-sha256"], SECRET)).not.toThrow();
  });

  it("throws a TypeError for a secret that receivers reject", () => {
    expect(() => signedRequest({}, "short")).toThrow(TypeError);
  });
});

// Prints the packages that importing an entry loads.
const PROGRAM = `
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({
  resolve(specifier, context, next) {
    if (/^[@a-z]/.test(specifier) && !specifier.includes(":")) loaded.add(specifier);
    return next(specifier, context);
  },
});
await import(process.argv[1]);
console.log(JSON.stringify([...loaded]));
`;

it("the main entry does not load graphql, which only the simulator needs", async () => {
  const url = new URL("../src/index.ts", import.meta.url).href;
  const node = ["--conditions=jobber-sync-source", "--input-type=module", "-e", PROGRAM, url];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  const loaded = JSON.parse(stdout);
  expect(loaded).toContain("zod");
  expect(loaded).not.toContain("graphql");
});
