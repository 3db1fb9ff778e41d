import assert from "node:assert/strict";
import {
  buildSubmission,
  mapJobStatus,
  parseEvent,
  signPayload,
  verifySignature,
} from "@jobber-sync/core";
import { verifySignature as verifyAlone } from "@jobber-sync/core/signature";

const bytes = (value, encoding) => new Uint8Array(Buffer.from(value, encoding));

/**
 * Tests core on any runtime, against values computed by other implementations.
 *
 * @param vectors the content of signature-vectors.json
 * @param wycheproof the content of C2SP's hmac_sha256_test.json, if the caller has it
 */
export function coreVectors({ describe, it }, vectors, wycheproof) {
  describe("core's vectors", () => {
    for (const { name, body, signature } of vectors.cases) {
      it(`signs and verifies ${name} as OpenSSL does`, async () => {
        assert.equal(signPayload(bytes(body, "base64"), vectors.secret), signature);
        for (const verify of [verifySignature, verifyAlone]) {
          assert.deepEqual(verify(bytes(body, "base64"), signature, vectors.secret), { secret: 0 });
          const other = Uint8Array.of(...bytes(body, "base64"), 0);
          assert.throws(() => verify(other, signature, vectors.secret), {
            code: "ERR_SIGNATURE_MISMATCH",
          });
        }
      });
    }

    for (const { tagSize, tests } of wycheproof?.testGroups ?? []) {
      it(`agrees with Wycheproof's ${tests.length} cases with ${tagSize} bits`, async () => {
        for (const { tcId, key, msg, tag, result } of tests) {
          const header = Buffer.from(tag, "hex").toString("base64");
          const verify = () => verifySignature(bytes(msg, "hex"), header, bytes(key, "hex"));
          if (tagSize === 256 && result === "valid") assert.doesNotThrow(verify, `case ${tcId}`);
          else assert.throws(verify, { code: /^ERR_SIGNATURE_/ }, `case ${tcId}`);
        }
      });
    }

    it("builds the submission of a snapshot", async () => {
      assert.deepEqual(buildSubmission(parseEvent(bytes(SNAPSHOT, "utf8"))), {
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
      });
    });

    it("reads Jobber's envelope, in both spellings of its time", async () => {
      for (const key of ["occurredAt", "occuredAt"]) {
        const webHookEvent = {
          topic: "JOB_CLOSED",
          appId: "a",
          accountId: "MQ==",
          itemId: "Mg==",
          [key]: "2021-08-12T16:31:36-06:00",
        };
        const event = parseEvent(bytes(JSON.stringify({ data: { webHookEvent } }), "utf8"));
        assert.deepEqual(
          [event.kind, event.event, event.itemId, event.occurredAt],
          ["notification", "job.completed", "Mg==", "2021-08-12T22:31:36Z"],
        );
      }
    });

    it("maps statuses", async () => {
      assert.deepEqual(mapJobStatus("REQUIRES_INVOICING"), {
        status: "completed",
        jobberStatus: "REQUIRES_INVOICING",
      });
      assert.deepEqual(mapJobStatus("constructor"), { status: null, jobberStatus: "constructor" });
    });
  });
}

const SNAPSHOT = JSON.stringify({
  event: "job.created",
  data: {
    id: "123",
    title: "Lawn Service",
    status: "scheduled",
    scheduled_at: "2026-01-25T10:00:00Z",
    client: { id: "456", name: "John Doe", email: "john@example.com", phone: "555-1234" },
    address: { street: "123 Main St", city: "Austin", state: "TX" },
  },
});
