import {
  isJobberSyncError,
  type JobberEvent,
  KNOWN_TOPICS,
  parseEvent,
  SYNC_TOPICS,
  topicTraits,
} from "@jobber-sync/core";
import { describe, expect, it } from "vitest";

const bytes = (body: unknown) =>
  new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
const envelope = (fields: object) => ({
  data: {
    webHookEvent: {
      topic: "JOB_UPDATE",
      appId: "app",
      accountId: "MQ==",
      itemId: "Mg==",
      ...fields,
    },
  },
});
const job = (fields: object) => ({ event: "job.updated", data: { id: "123", ...fields } });

function codeOf(body: unknown): string {
  try {
    return parseEvent(body instanceof Uint8Array ? body : bytes(body)).kind;
  } catch (error) {
    return isJobberSyncError(error) ? error.code : String(error);
  }
}

function withoutRaw({ raw: _, ...event }: JobberEvent): object {
  return event;
}

describe("parseEvent: notifications", () => {
  it("parses the envelope that Jobber sends", () => {
    const body = envelope({ topic: "CLIENT_CREATE", occurredAt: "2021-08-12T16:31:36-06:00" });
    expect(withoutRaw(parseEvent(bytes(body)))).toEqual({
      kind: "notification",
      topic: "CLIENT_CREATE",
      event: "client.created",
      objectType: "client",
      appId: "app",
      accountId: "MQ==",
      itemId: "Mg==",
      occurredAt: "2021-08-12T22:31:36Z",
      warnings: [],
    });
  });

  it("keeps the parsed bytes", () => {
    const raw = bytes(envelope({}));
    expect(parseEvent(raw).raw).toBe(raw);
  });

  it("reads the time under both spellings, the correct one first", () => {
    const time = (fields: object) => {
      const event = parseEvent(bytes(envelope(fields)));
      return event.kind === "notification" ? event.occurredAt : undefined;
    };
    expect(time({ occuredAt: "2026-01-01T00:00:00Z" })).toBe("2026-01-01T00:00:00Z");
    expect(time({ occuredAt: "2026-01-01T00:00:00Z", occurredAt: "2026-01-02T00:00:00Z" })).toBe(
      "2026-01-02T00:00:00Z",
    );
    expect(time({})).toBeNull();
  });

  it.each([["yesterday"], [1769335200], [{}]])(
    "turns the unreadable time %j into a warning",
    (occurredAt) => {
      const event = parseEvent(bytes(envelope({ occurredAt })));
      expect(event).toMatchObject({
        occurredAt: null,
        warnings: [{ code: "unreadable_time", path: "data.webHookEvent.occurredAt" }],
      });
    },
  );

  it("knows 46 topics", () => {
    expect(KNOWN_TOPICS).toHaveLength(46);
    for (const topic of KNOWN_TOPICS) {
      expect(parseEvent(bytes(envelope({ topic })))).toMatchObject({ kind: "notification", topic });
      expect(topicTraits(topic).objectType).not.toBe("unknown");
    }
  });

  it("maps 8 topics to events, and no others", () => {
    const events = Object.fromEntries(
      KNOWN_TOPICS.flatMap((topic) => topicTraits(topic).event ?? []).entries(),
    );
    expect(Object.values(events)).toHaveLength(8);
    expect(topicTraits("JOB_CLOSED").event).toBe("job.completed");
    expect(topicTraits("JOB_DESTROY").event).toBe("job.deleted");
    expect(topicTraits("VISIT_UPDATE")).toEqual({ objectType: "visit", event: null });
    expect(topicTraits("APP_DISCONNECT").event).toBe("app.disconnected");
  });

  it("syncs jobs, clients, visits, properties and disconnects", () => {
    expect(SYNC_TOPICS).toHaveLength(15);
    expect(SYNC_TOPICS).not.toContain("APP_CONNECT");
  });

  it.each(["JOB_EXPLODED", "constructor", "__proto__", "toString"])(
    "accepts the unknown topic %s unchanged, without an event",
    (topic) => {
      expect(parseEvent(bytes(envelope({ topic })))).toMatchObject({
        topic,
        event: null,
        objectType: "unknown",
      });
    },
  );

  it("accepts APP topics without an item, and takes the account for it", () => {
    expect(
      parseEvent(bytes(envelope({ topic: "APP_DISCONNECT", itemId: undefined }))),
    ).toMatchObject({
      itemId: "MQ==",
    });
    expect(codeOf(envelope({ itemId: undefined }))).toBe("ERR_EVENT_INVALID");
    expect(codeOf(envelope({ itemId: null }))).toBe("ERR_EVENT_INVALID");
  });

  it.each([null, [], "x", 1, {}])(
    "never parses a broken envelope (%j) as a snapshot",
    (webHookEvent) => {
      expect(codeOf({ event: "job.created", data: { id: "1", webHookEvent } })).toBe(
        "ERR_EVENT_INVALID",
      );
    },
  );
});

describe("parseEvent: ids", () => {
  it("converts safe integers to text", () => {
    expect(parseEvent(bytes(job({ id: 9007199254740991 })))).toMatchObject({
      data: { id: "9007199254740991" },
    });
    expect(parseEvent(bytes(envelope({ itemId: 5 })))).toMatchObject({ itemId: "5" });
  });

  it.each([
    ["larger than JSON keeps exactly", '{"event":"job.updated","data":{"id":9007199254740993}}'],
    ["a fraction", job({ id: 1.5 })],
    ["empty", job({ id: "" })],
    ["256 characters", job({ id: "x".repeat(256) })],
    ["with a control character", job({ id: "1\u0000" })],
    ["with a line break", job({ id: "1\n" })],
    ["half a surrogate pair", '{"event":"job.updated","data":{"id":"\\ud800"}}'],
    ["an object", job({ id: {} })],
    ["an array", job({ id: ["1"] })],
    ["true", job({ id: true })],
    ["null", job({ id: null })],
    ["missing", { event: "job.updated", data: {} }],
  ])("rejects an id that is %s", (_, body) => {
    expect(codeOf(body)).toBe("ERR_EVENT_INVALID");
  });

  it.each([
    ["Z2lkOi8vSm9iYmVyL0pvYi8x", "Z2lkOi8vSm9iYmVyL0pvYi8x"],
    ["Z2lkOi8vSm9iYmVyL0pvYi8xMg", "Z2lkOi8vSm9iYmVyL0pvYi8xMg=="],
    ["Z2lkOi8vSm9iYmVyL0pvYi8xMg==", "Z2lkOi8vSm9iYmVyL0pvYi8xMg=="],
    ["Z2lkOi8vSm9iYmVyL0pvYi8xMjM", "Z2lkOi8vSm9iYmVyL0pvYi8xMjM="],
    ["MQ", "MQ=="],
    ["123", "123"],
    ["1234567", "1234567"],
    ["job-12", "job-12"],
    ["abc", "abc"],
  ])("reads the id %s as %s, padded like the ids of Jobber's API", (sent, id) => {
    const event = parseEvent(bytes(envelope({ itemId: sent, accountId: sent })));
    expect(event).toMatchObject({ itemId: id, accountId: id });
    expect(parseEvent(bytes(job({ id: sent, client: { id: sent } })))).toMatchObject({
      data: { id, client: { id } },
    });
  });

  it("accepts 255 characters and any script", () => {
    expect(codeOf(job({ id: "é".repeat(255) }))).toBe("snapshot");
  });
});

describe("parseEvent: snapshots", () => {
  it("copies the known fields, and no others, into a fresh object", () => {
    const body = `{"event":"job.created","surplus":1,"data":{"id":"123","title":"Lawn Service","status":"scheduled",
      "scheduled_at":"2026-01-25T10:00:00Z","surplus":{"x":1},"__proto__":{"polluted":true},
      "client":{"id":"456","name":"John Doe","email":"john@example.com","phone":"555-1234","age":40},
      "address":{"street":"123 Main St","city":"Austin","state":"TX","planet":"Earth"}}}`;
    const event = parseEvent(bytes(body));
    expect(withoutRaw(event)).toEqual({
      kind: "snapshot",
      event: "job.created",
      sourceUpdatedAt: null,
      warnings: [],
      data: {
        id: "123",
        title: "Lawn Service",
        status: "scheduled",
        scheduled_at: "2026-01-25T10:00:00Z",
        client: { id: "456", name: "John Doe", email: "john@example.com", phone: "555-1234" },
        address: { street: "123 Main St", city: "Austin", state: "TX" },
      },
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.keys(event.kind === "snapshot" ? event.data : {})).not.toContain("__proto__");
  });

  it("distinguishes absent from null", () => {
    const event = parseEvent(bytes(job({ title: null })));
    expect(event).toMatchObject({ data: { title: null } });
    expect(event.kind === "snapshot" && "status" in event.data).toBe(false);
  });

  it("takes the source time from data.updated_at, else from occurred_at", () => {
    const time = (body: object) => parseEvent(bytes(body));
    const updated_at = "2026-01-02T00:00:00Z";
    const occurred_at = "2026-01-01T00:00:00Z";
    expect(time({ ...job({ updated_at }), occurred_at })).toMatchObject({
      sourceUpdatedAt: updated_at,
    });
    expect(time({ ...job({}), occurred_at })).toMatchObject({ sourceUpdatedAt: occurred_at });
    expect(time({ ...job({ updated_at: "now" }), occurred_at })).toMatchObject({
      sourceUpdatedAt: occurred_at,
      warnings: [{ code: "unreadable_time", path: "data.updated_at" }],
    });
    expect(time(job({}))).toMatchObject({ sourceUpdatedAt: null });
  });

  it("treats unreadable values as absent, so that they clear nothing, and warns of each", () => {
    const event = parseEvent(
      bytes(
        job({
          title: ["Lawn Service"],
          status: true,
          job_number: 1.5,
          scheduled_at: "2026-01-25T10:00:00",
          ends_at: 1769335200,
          total: "a lot",
          client: { id: "456", email: ["john@example.com"], phone: { mobile: "555" } },
          address: { street: 1.5, city: "Austin" },
        }),
      ),
    );
    expect(event).toMatchObject({
      warnings: [
        { code: "unreadable_number", path: "data.job_number" },
        { code: "unreadable_text", path: "data.title" },
        { code: "unreadable_text", path: "data.status" },
        { code: "unreadable_time", path: "data.scheduled_at" },
        { code: "unreadable_time", path: "data.ends_at" },
        { code: "unreadable_number", path: "data.total" },
        { code: "unreadable_text", path: "data.client.email" },
        { code: "unreadable_text", path: "data.client.phone" },
        { code: "unreadable_text", path: "data.address.street" },
      ],
    });
    expect(event.kind === "snapshot" && event.data).toEqual({
      id: "123",
      client: { id: "456" },
      address: { city: "Austin" },
    });
  });

  it.each<[string, object, string]>([
    ["a client without an id", { client: { name: "John" } }, "data.client.id"],
    ["a client with an unusable id", { client: { id: {} } }, "data.client.id"],
    ["a client as text", { client: "John" }, "data.client"],
    ["a client as a list", { client: [{ id: "456" }] }, "data.client"],
    ["an address as text", { address: "123 Main St" }, "data.address"],
    ["an address as a list", { address: ["123 Main St"] }, "data.address"],
  ])("drops %s with a warning, and keeps the rest of the job", (_, part, path) => {
    const event = parseEvent(bytes(job({ title: "Lawn Service", ...part })));
    expect(event).toMatchObject({ warnings: [{ code: "unusable_part", path }] });
    expect(event.kind === "snapshot" && event.data).toEqual({ id: "123", title: "Lawn Service" });
  });

  it("drops a client's address as text", () => {
    const event = parseEvent(bytes(job({ client: { id: "456", address: "123 Main St" } })));
    expect(event).toMatchObject({
      data: { client: { id: "456" } },
      warnings: [{ code: "unusable_part", path: "data.client.address" }],
    });
  });

  it.each(["job.deleted", "client.deleted"])(
    "parses %s, of which only the id is needed",
    (event) => {
      expect(parseEvent(bytes({ event, data: { id: 7 } }))).toMatchObject({
        event,
        data: { id: "7" },
      });
    },
  );

  it.each([
    ["data.updated_at", { ...job({ updated_at: "2062-04-01T00:00:00Z" }) }],
    ["occurred_at", { ...job({}), occurred_at: "2026-01-25T16:00:00.000001Z" }],
  ])("moves a %s in the future to the time of receipt, with a warning", (path, body) => {
    const receivedAt = Date.parse("2026-01-25T16:00:00Z") - 1;
    expect(parseEvent(bytes(body), { receivedAt })).toMatchObject({
      sourceUpdatedAt: "2026-01-25T15:59:59.999Z",
      warnings: [{ code: "future_time", path }],
    });
    expect(parseEvent(bytes(body)).warnings).toEqual([]);
  });

  it("keeps a source time that is not later than the receipt", () => {
    const updated_at = "2026-01-25T16:00:00Z";
    expect(
      parseEvent(bytes(job({ updated_at })), { receivedAt: Date.parse(updated_at) }),
    ).toMatchObject({ sourceUpdatedAt: updated_at, warnings: [] });
  });

  it("reads numbers from text, and text from integers", () => {
    const event = parseEvent(
      bytes(job({ total: "120.50", job_number: "1042", address: { postal_code: 78701 } })),
    );
    expect(event).toMatchObject({
      data: { total: 120.5, job_number: 1042, address: { postal_code: "78701" } },
    });
  });

  it("reads blank text as null", () => {
    expect(parseEvent(bytes(job({ title: "  ", client: { id: "1", email: "" } })))).toMatchObject({
      data: { title: null, client: { email: null } },
    });
  });

  it("replaces U+0000 and lone surrogates by U+FFFD", () => {
    expect(
      parseEvent(bytes('{"event":"job.updated","data":{"id":"1","title":"a\\u0000b\\ud800c"}}')),
    ).toMatchObject({
      data: { title: "a\uFFFDb\uFFFDc" },
    });
  });

  it("parses a client", () => {
    expect(
      parseEvent(
        bytes({ event: "client.updated", data: { id: 7, first_name: "Zoë", address: null } }),
      ),
    ).toMatchObject({
      event: "client.updated",
      data: { id: "7", first_name: "Zoë", address: null },
    });
  });

  it.each(["job.exploded", "constructor", "__proto__", "", null, 1])(
    "rejects a snapshot of the event %j",
    (event) => {
      expect(codeOf({ event, data: { id: "1" } })).toBe("ERR_EVENT_INVALID");
    },
  );
});

describe("parseEvent: bytes", () => {
  it("drops a byte order mark", () => {
    expect(codeOf(`\uFEFF${JSON.stringify(job({}))}`)).toBe("snapshot");
  });

  it.each([
    ["not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)],
    ["UTF-16", new Uint8Array(new Uint16Array([0x7b, 0x7d]).buffer)],
    ["empty", new Uint8Array()],
    ["cut off", bytes('{"event":"job.upd')],
    ["100,000 open brackets", bytes("[".repeat(100_000))],
  ])("rejects bytes that are %s", (_, body) => {
    expect(codeOf(body)).toBe("ERR_EVENT_SYNTAX");
  });

  it.each([
    "null",
    "1",
    '"text"',
    "[]",
    "true",
    "{}",
    '{"data":null}',
    '{"data":[]}',
    `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  ])("rejects %.40s", (body) => {
    expect(codeOf(body)).toBe("ERR_EVENT_INVALID");
  });

  it("mentions no value of the body in its errors", () => {
    for (const body of [
      '{"event":"job.updated","data":{"id":["john@example.com"]}}',
      '{"john@example.com"',
    ]) {
      try {
        parseEvent(bytes(body));
        expect.unreachable();
      } catch (error) {
        expect(
          `${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`,
        ).not.toContain("john@");
      }
    }
  });
});
