import { createReceiver } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { signedRequest, silentLogger, snapshotPayload } from "@jobber-sync/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { recordingHandle } from "../support/recording-handle.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const SECRET = "a client secret that no app has";
const REQUESTS = 100;

describe("receiver on a full disk", () => {
  it("responds 503 with Retry-After, stores a delivery whole or not at all, and recovers once there is room", async () => {
    const { handle, database } = recordingHandle(temporaryFile());
    const { inbox, close } = openSqlite(handle);
    onTestFinished(close);
    const tenants = [{ slug: "acme", secrets: SECRET }];
    const receiver = createReceiver({ tenants, inbox, logger: silentLogger });
    const send = (id: string) => {
      const { body, headers } = signedRequest(
        snapshotPayload("job.updated", { id, title: "x".repeat(8000) }),
        SECRET,
      );
      return receiver.receive({ tenant: "acme", signature: headers["x-jobber-hmac-sha256"], body });
    };
    // To SQLite the end of its quota is the end of the disk.
    const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count);
    database.exec(`PRAGMA max_page_count = ${pages + 60}`);

    const responses = await Promise.all(
      Array.from({ length: REQUESTS }, (_, index) => send(`${index}`)),
    );
    const acknowledged = responses.flatMap(({ status }, index) =>
      status === 200 ? [`${index}`] : [],
    );
    const rejected = responses.filter(({ status }) => status !== 200);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(rejected.length).toBeGreaterThan(0);
    for (const { status, headers } of rejected)
      expect([status, headers["retry-after"]]).toEqual([503, expect.stringMatching(/^[1-9]\d*$/)]);
    const rows = await inbox.list({ limit: REQUESTS + 1 });
    expect(rows.map(({ objectId }) => objectId)).toEqual(acknowledged);
    expect(rows.every(({ bodyBytes }) => (bodyBytes ?? 0) > 8000)).toBe(true);
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });

    database.exec("PRAGMA max_page_count = 1000000");
    expect((await send("more")).status).toBe(200);
    expect((await inbox.list({ limit: REQUESTS + 1 })).at(-1)?.objectId).toBe("more");
  });
});
