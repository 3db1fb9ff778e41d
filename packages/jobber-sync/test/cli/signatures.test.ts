import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { signPayload, verifySignature } from "@jobber-sync/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { run, temporaryFolder } from "../support/run-cli.ts";

const SECRET = "the client secret of a test app";
const env = { JOBBER_CLIENT_SECRET: SECRET };
const BODY = '{"event": "job.created", "data": {"id": "123", "title": "Größe"}}';

describe("jobber-sync sign", () => {
  it("prints the header for the bytes of a file or of the standard input", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "body.json"), BODY);
    const fromFile = await run(["sign", "body.json"], { cwd, env });
    const fromInput = await run(["sign", "--json"], { input: BODY, env });
    const signature = signPayload(BODY, SECRET);
    expect(fromFile).toMatchObject({ code: 0, out: `x-jobber-hmac-sha256: ${signature}` });
    expect(fromInput.json()).toEqual({ header: "x-jobber-hmac-sha256", signature });
  });

  it("rejects a missing, short or padded secret in one line and never prints it", async () => {
    const missing = await run(["sign"]);
    const short = await run(["sign", "--secret", "hunter2"]);
    const padded = await run(["sign", "--secret", `${SECRET}\n`]);
    expect(missing.err).toMatch(/^error ERR_CLI_USAGE: There is no secret/);
    for (const { code, err } of [short, padded]) {
      expect(code).toBe(2);
      expect(err).toMatch(/^error ERR_CLI_INPUT: .+$/);
      expect(err).not.toMatch(/hunter2|client secret of a test/);
    }
  });
});

describe("jobber-sync verify", () => {
  const saved = (signature: string, body = BODY) =>
    `POST /webhooks/jobber/acme HTTP/1.1\r\nHost: x\r\nX-Jobber-Hmac-SHA256: ${signature}\r\n\r\n${body}`;

  it("accepts a saved request, an exported line, and a body with --signature", async () => {
    const signature = signPayload(BODY, SECRET);
    const bodyBase64 = Buffer.from(BODY).toString("base64");
    const line = JSON.stringify({ bodyBase64, headers: { "x-jobber-hmac-sha256": signature } });
    for (const [args, input] of [
      [[], saved(signature)],
      [[], line],
      [["--signature", signature], BODY],
    ] as const) {
      const { code, out } = await run(["verify", ...args], { input, env });
      expect([code, out]).toEqual([0, "valid: The signature is valid."]);
    }
  });

  it.each([
    ["secret_blanks", saved(createHmac("sha256", `${SECRET}\n`).update(BODY).digest("base64"))],
    ["body_reserialized", saved(signPayload(JSON.stringify(JSON.parse(BODY)), SECRET))],
    ["body_line_ending", saved(signPayload(BODY, SECRET), `${BODY}\n`)],
    ["header_hex", saved(Buffer.from(signPayload(BODY, SECRET), "base64").toString("hex"))],
    ["header_missing", "POST / HTTP/1.1\r\nHost: x\r\n\r\n{}"],
    ["unknown", saved(signPayload(BODY, "some other client secret"))],
  ])("names the near miss %s with exit code 1", async (cause, input) => {
    const { code, json } = await run(["verify", "--json"], { input, env });
    expect([code, json()]).toEqual([1, expect.objectContaining({ valid: false, cause })]);
  });

  it("asks for --signature when the file is a body alone", async () => {
    const { code, err } = await run(["verify"], { input: BODY, env });
    expect(code).toBe(2);
    expect(err).toMatch(/^error ERR_CLI_USAGE: The file has no headers/);
  });
});

describe("jobber-sync send", () => {
  it("posts a body that the receiver can verify, and prints status and response", async () => {
    const { url, requests } = await serve(200);
    const { code, out } = await run(["send", url, "--topic", "JOB_UPDATE", "--item", "abc"], {
      env,
    });
    const [{ body, headers } = fail()] = requests;
    verifySignature(body, headers["x-jobber-hmac-sha256"], SECRET);
    expect(JSON.parse(body.toString()).data.webHookEvent).toMatchObject({
      topic: "JOB_UPDATE",
      itemId: "abc",
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^200 in \d+ ms {2}ok�$/);
  });

  it("exits with 1 for an error response and for a server that is not there", async () => {
    const { url } = await serve(401);
    const args = ["--snapshot", "job.created"];
    expect((await run(["send", url, ...args], { env })).code).toBe(1);
    const refused = await run(["send", "http://127.0.0.1:9", ...args], { env });
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^error ERR_CLI_FAILED: .* did not respond: /);
  });
});

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Starts a server that responds with a control character, which a terminal must not see. */
async function serve(status: number) {
  const requests: Received[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    requests.push({ headers: req.headers, body: Buffer.concat(chunks) });
    res.writeHead(status).end("ok\u001b");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function fail(): never {
  throw new Error("no request arrived");
}
