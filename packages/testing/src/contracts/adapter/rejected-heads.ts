import assert from "node:assert/strict";
import type { ContractRunner } from "../store/contract-runner.ts";
import { ROUTE, type StartServer, snapshot } from "./contract-server.ts";
import { head, onWire, rawPost, signature } from "./wire.ts";

const MIB = 1024 * 1024;

/**
 * Cases of the limits that protect the process before verification: size, time and the shared byte
 * budget.
 */
export function guardCases({ describe, it }: ContractRunner, start: StartServer): void {
  const body = snapshot("1");
  const codeOf = (response: { body: string } | null) =>
    (JSON.parse(response?.body ?? "{}") as { code?: string }).code;

  describe("size", () => {
    it("rejects a 2 MiB body from its Content-Length, before its first byte", () =>
      onWire(start, {}, async ({ exchange }) => {
        const response = await exchange(head([`content-length: ${2 * MIB}`, signature(body)]));
        assert.deepEqual([response?.status, codeOf(response)], [413, "ERR_BODY_TOO_LARGE"]);
      }));

    it("rejects a chunked body once it is too long, and the sender can read the response", () =>
      onWire(start, {}, async ({ connect }) => {
        const connection = await connect();
        await connection.write(head(["transfer-encoding: chunked", signature(body)]));
        const chunk = Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`);
        for (let sent = 0; sent < 2 * MIB; sent += 65_536) await connection.write(chunk);
        await connection.write("0\r\n\r\n");
        const response = await connection.response();
        assert.deepEqual([response?.status, codeOf(response)], [413, "ERR_BODY_TOO_LARGE"]);
      }));

    it("rejects an encoded body from its headers, before its first byte", () =>
      onWire(start, {}, async ({ exchange }) => {
        const response = await exchange(
          head(["content-length: 100000", "content-encoding: gzip", signature(body)]),
        );
        assert.equal(response?.status, 415);
      }));

    it("limits the bytes of all bodies together and releases them afterwards", () =>
      onWire(start, { maxUnreadBytes: 1000, deadlineMs: 5000 }, async ({ connect, exchange }) => {
        const holding = await connect();
        const whole = rawPost(body.padEnd(900), [signature(body.padEnd(900))]);
        await holding.write(whole.subarray(0, -1));
        const second = rawPost(body.padEnd(400), [signature(body.padEnd(400))]);
        let response = await exchange(second);
        // The first body's bytes may not have reached the server yet.
        for (let tries = 0; response?.status === 200 && tries < 50; tries += 1)
          response = await exchange(second);
        assert.deepEqual([response?.status, codeOf(response)], [503, "ERR_OVERLOADED"]);
        await holding.write(whole.subarray(-1));
        assert.equal((await holding.response())?.status, 200);
        assert.equal((await exchange(second))?.status, 200);
      }));

    it("releases the bytes of a sender that disconnects or is too slow", () =>
      onWire(
        start,
        { maxUnreadBytes: 1000, deadlineMs: 150 },
        async ({ connect, exchange, rejected }) => {
          const part = rawPost(body.padEnd(900), [signature(body.padEnd(900))]).subarray(0, -1);
          const leaving = await connect();
          await leaving.write(part);
          leaving.abort();
          await rejected("ERR_BODY_ABORTED");
          assert.equal((await exchange(part))?.status, 408);
          assert.equal(
            (await exchange(rawPost(body.padEnd(900), [signature(body.padEnd(900))])))?.status,
            200,
          );
        },
      ));
  });

  describe("time", () => {
    it("rejects a body that is incomplete at the deadline and closes the connection", () =>
      onWire(start, { deadlineMs: 150 }, async ({ connect }) => {
        const connection = await connect();
        const begin = performance.now();
        await connection.write(
          head([`content-length: ${body.length + 10}`, signature(body)]) + body,
        );
        const response = await connection.response();
        const ms = performance.now() - begin;
        assert.deepEqual([response?.status, codeOf(response)], [408, "ERR_BODY_TIMEOUT"]);
        assert.equal(response?.headers.connection, "close");
        assert.ok(ms >= 140 && ms < 1000, `after ${ms} ms`);
        await connection.closed();
      }));

    it("rejects a sender that trickles bytes past the deadline", () =>
      onWire(start, { deadlineMs: 150 }, async ({ connect }) => {
        const connection = await connect();
        await connection.write(head(["content-length: 100000", signature(body)]));
        const trickle = setInterval(() => connection.write("x"), 5);
        try {
          assert.equal((await connection.response())?.status, 408);
          await connection.closed();
        } finally {
          clearInterval(trickle);
        }
      }));

    it("rejects invalid headers at once, without waiting for the body", () =>
      onWire(start, { deadlineMs: 60_000 }, async ({ exchange }) => {
        assert.equal((await exchange(head(["content-length: 10"])))?.status, 401);
        assert.equal((await exchange(head(["content-length: 10"], ROUTE, "PUT")))?.status, 405);
      }));
  });
}
