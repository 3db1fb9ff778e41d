import { KNOWN_TOPICS, type NotificationEvent, parseEvent, topicTraits } from "@jobber-sync/core";
import { notificationPayload } from "@jobber-sync/testing";
import { encodedId } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";

describe("notificationPayload", () => {
  it("makes an envelope that parses, for every one of the 46 topics and in both spellings of the time", () => {
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

  it("names the account as the item of an app topic, and an item of the topic's type elsewhere", () => {
    expect(notification(notificationPayload("APP_DISCONNECT")).itemId).toBe(
      encodedId("Account", 1001),
    );
    expect(notification(notificationPayload("JOB_CLOSED")).itemId).toBe(
      "Z2lkOi8vSm9iYmVyL0pvYi8yMDAx",
    );
  });

  it("takes topics that Jobber has yet to invent", () => {
    expect(notification(notificationPayload("WARP_DRIVE_ENGAGED"))).toMatchObject({
      event: null,
      objectType: "unknown",
    });
  });

  it("overrides members, leaves out what is undefined, and sends null as null", () => {
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
