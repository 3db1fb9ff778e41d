import { createRandom } from "../../random/create-random.ts";
import {
  APP_ROUTE,
  APP_SECRET,
  bytesOf,
  notification,
  ODD_TENANT,
  ROUTE,
  SECRET,
  SIGNATURE,
  signatureOf,
} from "./contract-server.ts";

/** A request with every byte determined. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** The tenant in the path; `undefined` for the app-level route. */
  readonly tenant: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** Lengths of the chunks to send; empty to send one piece with a Content-Length. */
  readonly chunks: readonly number[];
}

const PATHS: readonly [Place, ...Place[]] = [
  { path: ROUTE, tenant: "acme", secret: SECRET },
  { path: `${ROUTE}?attempt=2`, tenant: "acme", secret: SECRET },
  {
    path: `${APP_ROUTE}/${encodeURIComponent(ODD_TENANT.slug)}`,
    tenant: ODD_TENANT.slug,
    secret: ODD_TENANT.secrets,
  },
  { path: APP_ROUTE, tenant: undefined, secret: APP_SECRET },
  { path: `${APP_ROUTE}/unknown`, tenant: "unknown", secret: SECRET },
  { path: `${APP_ROUTE}/__proto__`, tenant: "__proto__", secret: SECRET },
];

interface Place {
  readonly path: string;
  readonly tenant: string | undefined;
  readonly secret: string;
}

/**
 * Generates valid and invalid requests from a seed. Some repeat an earlier request byte for byte.
 */
export function* recordedRequests(seed: number, count: number): Generator<RecordedRequest> {
  const random = createRandom(seed);
  const sent: RecordedRequest[] = [];
  for (let n = 0; n < count; n += 1) {
    const repeated = sent[random.int(sent.length)];
    const request = repeated !== undefined && random.chance(0.2) ? repeated : make();
    sent.push(request);
    yield request;
  }

  function make(): RecordedRequest {
    const { path, tenant, secret } = random.chance(0.6) ? PATHS[0] : random.pick(PATHS);
    const body = bytesOf(makeBody());
    const signature = makeSignature(body, secret);
    const name = random.pick([SIGNATURE, "X-Jobber-Hmac-SHA256", "X-JOBBER-HMAC-SHA256"]);
    const headers: (readonly [string, string])[] = signature.map((value) => [name, value] as const);
    if (random.chance(0.8)) {
      headers.push([
        "Content-Type",
        random.pick([
          "application/json",
          "application/json; charset=utf-8",
          "text/plain",
          "multipart/form-data",
          "nonsense",
        ]),
      ]);
    }
    if (random.chance(0.05))
      headers.push(["Content-Encoding", random.pick(["gzip", "br", "identity", "IDENTITY"])]);
    if (random.chance(0.3)) headers.push(["User-Agent", "Jobber"], ["Accept", "*/*"]);
    const method = random.chance(0.05)
      ? random.pick(["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
      : "POST";
    const bodiless = method === "GET";
    return {
      method,
      path,
      tenant,
      headers,
      body: bodiless ? new Uint8Array() : body,
      chunks: bodiless ? [] : makeChunks(body),
    };
  }

  function makeBody(): string | Uint8Array {
    const id = String(random.int(40));
    const kind = random.int(12);
    if (kind < 4) {
      const topic = random.pick([
        "JOB_CREATE",
        "JOB_UPDATE",
        "JOB_DESTROY",
        "CLIENT_UPDATE",
        "VISIT_UPDATE",
        "INVOICE_CREATE",
        "NEW_TOPIC",
      ]);
      return notification(topic, id, random.pick(["MQ==", "MQ", "Mg=="]));
    }
    if (kind < 9) return JSON.stringify(makeSnapshot(id));
    return random.pick<string | Uint8Array>([
      "",
      "null",
      "{}",
      "[[[",
      '{"data":{"webHookEvent":null}}',
      Uint8Array.of(0xff),
      "\uFEFF{}",
      "x".repeat(2100),
    ]);
  }

  function makeSnapshot(id: string): object {
    const client = {
      id: `c${id}`,
      name: random.pick(["Zoë", "Müller & Söhne", "李", "O'Hara"]),
      email: random.chance(0.5) ? null : "a@example.com",
    };
    const updated_at = random.chance(0.5)
      ? {}
      : { updated_at: `2026-01-25T10:00:${String(10 + random.int(50))}Z` };
    if (random.chance(0.3))
      return {
        event: random.pick(["client.created", "client.updated"]),
        data: { ...client, ...updated_at },
      };
    const status = random.pick(["scheduled", "in_progress", "requires_invoicing", "mystery"]);
    const event = random.pick(["job.created", "job.updated", "job.completed"]);
    return {
      event,
      data: {
        id,
        title: `Job ${random.int(5)}`,
        status,
        client: random.chance(0.5) ? client : null,
        ...updated_at,
      },
    };
  }

  function makeSignature(body: Uint8Array, secret: string): string[] {
    const right = signatureOf(body, secret);
    if (random.chance(0.8)) return [right];
    return random.pick([
      [],
      [""],
      [right, right],
      [right.slice(1)],
      [right.toLowerCase()],
      [signatureOf("other", secret)],
      [signatureOf(body, "the secret of another app")],
    ]);
  }

  function makeChunks(body: Uint8Array): number[] {
    const chunks: number[] = [];
    if (random.chance(0.8)) return chunks;
    for (let left = body.length; left > 0; ) {
      const length = Math.min(left, 1 + random.int(left));
      chunks.push(length);
      left -= length;
    }
    return chunks;
  }
}

/** Serialises a request. */
export function serialise({ method, path, headers, body, chunks }: RecordedRequest): Buffer {
  const framing =
    chunks.length > 0 ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "Host: localhost",
    framing,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const parts: (Uint8Array | string)[] = [`${lines.join("\r\n")}\r\n\r\n`];
  let at = 0;
  for (const length of chunks) {
    parts.push(`${length.toString(16)}\r\n`, body.subarray(at, at + length), "\r\n");
    at += length;
  }
  parts.push(chunks.length > 0 ? "0\r\n\r\n" : body);
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}
