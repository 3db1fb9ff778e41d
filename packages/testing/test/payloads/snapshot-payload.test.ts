import { parseEvent, type SnapshotEventName } from "@jobber-sync/core";
import { snapshotPayload } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const EVENTS: readonly SnapshotEventName[] = [
  "job.created",
  "job.updated",
  "job.completed",
  "client.created",
  "client.updated",
];

describe("snapshotPayload", () => {
  it("is the documented body for job.created, to the byte", () => {
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

  it("makes a body that parses to its event, for every event", () => {
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

  it("tells one story: every job event is of job 123, every client event of its client", () => {
    expect(EVENTS.map((event) => snapshotPayload(event).data.id)).toEqual([
      "123",
      "123",
      "123",
      "456",
      "456",
    ]);
  });

  it("takes overrides of data, leaves out what is undefined, and keeps null", () => {
    const payload = snapshotPayload("job.updated", {
      status: "requires_invoicing",
      title: null,
      address: undefined,
    });
    const { data } = JSON.parse(JSON.stringify(payload));
    expect(data).toMatchObject({ id: "123", status: "requires_invoicing", title: null });
    expect(data).not.toHaveProperty("address");
  });

  it("carries a source time in either place", () => {
    const beside = snapshotPayload("client.updated", {}, { occurredAt: "2026-01-25T12:00:00Z" });
    const inside = snapshotPayload("client.updated", { updated_at: "2026-01-25T13:00:00+00:00" });
    expect(parseEvent(bytesOf(beside))).toMatchObject({ sourceUpdatedAt: "2026-01-25T12:00:00Z" });
    expect(parseEvent(bytesOf(inside))).toMatchObject({ sourceUpdatedAt: "2026-01-25T13:00:00Z" });
  });
});

function bytesOf(payload: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(payload));
}
