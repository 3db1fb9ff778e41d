import { KNOWN_TOPICS, type NoticeEvent, parseEvent, topicTraits } from "@jobber-sync/core";
import { noticePayload } from "@jobber-sync/testing";
import { encodedId } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";

describe("noticePayload", () => {
  it("makes an envelope that parses, for every one of the 46 topics and in both spellings of the time", () => {
    expect(KNOWN_TOPICS).toHaveLength(46);
    for (const topic of KNOWN_TOPICS) {
      for (const spelling of ["occurredAt", "occuredAt"] as const) {
        const payload = noticePayload(topic, {}, { spelling });
        expect(Object.keys(payload.data.webHookEvent)).toEqual([
          "topic",
          "appId",
          "accountId",
          "itemId",
          spelling,
        ]);
        expect(notice(payload)).toMatchObject({
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
    expect(notice(noticePayload("APP_DISCONNECT")).itemId).toBe(encodedId("Account", 1001));
    expect(notice(noticePayload("JOB_CLOSED")).itemId).toBe("Z2lkOi8vSm9iYmVyL0pvYi8yMDAx");
  });

  it("takes topics that Jobber has yet to invent", () => {
    expect(notice(noticePayload("WARP_DRIVE_ENGAGED"))).toMatchObject({ event: null, objectType: "unknown" });
  });

  it("overrides members, leaves out what is undefined, and sends null as null", () => {
    const payload = noticePayload("JOB_UPDATE", { itemId: 7, appId: undefined, occurredAt: null });
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
      JSON.stringify(noticePayload("JOB_UPDATE", { occurredAt: undefined })),
    ).data;
    expect(Object.keys(webHookEvent)).toEqual(["topic", "appId", "accountId", "itemId"]);
  });
});

function notice(payload: object): NoticeEvent {
  const event = parseEvent(new TextEncoder().encode(JSON.stringify(payload)));
  if (event.kind !== "notice") throw new Error("not a notice");
  return event;
}
