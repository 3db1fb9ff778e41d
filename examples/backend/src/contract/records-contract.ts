import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { signedRequest } from "@jobber-sync/testing";
import { describe, expect, test } from "vitest";
import { SAMPLE_PAYLOAD } from "../sample-payload.ts";
import { type ExampleUnderTest, SECRET } from "./example-under-test.ts";

const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;

/** Tests the records routes: what they serve, and to whom. */
export function recordsContract({ server }: ExampleUnderTest): void {
  test("GET /healthz responds with 200", async () => {
    expect((await fetch(`${server().url}/healthz`)).status).toBe(200);
  });

  describe("GET /records", () => {
    test("responds with 404 for an unknown kind and with an empty list for an unknown tenant", async () => {
      expect((await fetch(`${server().url}/records/acme/secrets`)).status).toBe(404);
      expect(await (await fetch(`${server().url}/records/unknown/jobs`)).json()).toEqual([]);
    });

    test("responds with 403 to a request that a proxy or tunnel forwarded", async () => {
      const headers = { "x-forwarded-for": "203.0.113.7" };
      expect((await fetch(`${server().url}/records/acme/jobs`, { headers })).status).toBe(403);
    });

    test("responds with 403 under a host name other than this machine's", async () => {
      expect(await statusLine(server().url, "/records/acme/jobs", "rebound.example.com")).toContain(
        " 403 ",
      );
      expect(await statusLine(server().url, "/records/acme/jobs", "localhost:3000")).toContain(
        " 200 ",
      );
    });

    // A machine with loopback addresses only cannot send such a request.
    test.runIf(address)(
      "responds with 403 to another address, from which webhooks are still accepted",
      async () => {
        const url = server().url.replace("127.0.0.1", address ?? "");
        expect((await fetch(`${url}/records/acme/jobs`)).status).toBe(403);
        const request = signedRequest(SAMPLE_PAYLOAD, SECRET);
        const response = await fetch(`${url}/webhooks/jobber/acme`, { method: "POST", ...request });
        expect(response.status).toBe(200);
      },
    );
  });
}

/**
 * Returns the status line of a response. Not with `fetch`, which does not let the caller set the
 * Host header.
 */
async function statusLine(url: string, path: string, host: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // Without end(): Node drops a request whose sender has closed its side before the response is
  // ready.
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  return text.split("\r\n")[0] ?? "";
}
