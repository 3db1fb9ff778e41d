import { spawnSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { SAMPLE_PAYLOAD } from "../sample-payload.ts";
import { type ExampleUnderTest, WAIT } from "./example-under-test.ts";

const SUBMISSION = {
  channel: "jobber",
  payload: {
    event: "job.created",
    jobber_job_id: "123",
    title: "Lawn Service",
    status: "scheduled",
    scheduled_at: "2026-01-25T10:00:00Z",
    client_name: "John Doe",
    client_email: "john@example.com",
    client_phone: "555-1234",
    address: "123 Main St, Austin, TX",
  },
};

/** Tests the way from a delivery to its records. */
export function webhooksContract({ post, records, server }: ExampleUnderTest): void {
  describe("a signed snapshot", () => {
    test("creates one submission, one contact and one job", async () => {
      expect(await post(SAMPLE_PAYLOAD)).toEqual({ status: 200, body: { status: "accepted" } });
      await vi.waitFor(async () => expect(await records("jobs")).toHaveLength(1), WAIT);
      expect(await records("submissions")).toEqual([
        {
          tenant: "acme",
          deliveryKey: expect.stringMatching(/^[0-9a-f]{64}$/),
          createdAt: expect.stringMatching(/^20\d\d-.*Z$/),
          ...SUBMISSION,
        },
      ]);
      expect(await records("contacts")).toMatchObject([
        { jobberClientId: "456", name: "John Doe" },
      ]);
      expect(await records("jobs")).toMatchObject([
        { jobberJobId: "123", jobberClientId: "456", status: "scheduled", city: "Austin" },
      ]);
    });

    test("changes nothing when it is sent again", async () => {
      const [jobs, contacts, submissions] = await Promise.all(
        ["jobs", "contacts", "submissions"].map(records),
      );
      expect(await post(SAMPLE_PAYLOAD)).toEqual({ status: 200, body: { status: "duplicate" } });
      // Deliveries of one job are processed in order: once this one is visible, the duplicate has
      // been processed.
      await post({ event: "job.updated", data: { id: "123", job_number: 7 } });
      await vi.waitFor(
        async () => expect(await records("jobs")).toMatchObject([{ jobNumber: 7 }]),
        WAIT,
      );
      expect(await records("jobs")).toEqual([{ ...jobs?.[0], jobNumber: 7 }]);
      expect(await records("contacts")).toEqual(contacts);
      expect((await records("submissions")).slice(0, -1)).toEqual(submissions);
    });

    test("with the status requires_invoicing completes the job", async () => {
      await post({ event: "job.updated", data: { id: "123", status: "requires_invoicing" } });
      const completed = {
        status: "completed",
        jobberStatus: "requires_invoicing",
        title: "Lawn Service",
      };
      await vi.waitFor(async () => expect(await records("jobs")).toMatchObject([completed]), WAIT);
    });
  });

  test("a forged delivery is rejected and stores nothing", async () => {
    const before = await records("submissions");
    const forged = { event: "job.created", data: { id: "forged" } };
    expect(await post(forged, "another client secret")).toMatchObject({
      status: 401,
      body: { code: "ERR_UNAUTHORIZED" },
    });
    expect(await records("submissions")).toEqual(before);
  });

  test("the printed curl commands work as pasted", () => {
    const lines = server()
      .output()
      .split("\n")
      .filter((line) => line.startsWith("curl "));
    expect(lines).toHaveLength(2);
    const [send, look] = lines.map((line) => spawnSync("sh", ["-c", line], { encoding: "utf8" }));
    expect(JSON.parse(send?.stdout ?? "")).toEqual({ status: "duplicate" });
    expect(look?.stdout.split("\n").slice(0, 3)).toEqual([
      expect.stringContaining('"jobberJobId":"123"'),
      expect.stringContaining('"jobberClientId":"456"'),
      expect.stringContaining('"channel":"jobber"'),
    ]);
  });
}
