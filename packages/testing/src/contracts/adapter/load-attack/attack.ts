import { ROUTE, SIGNATURE, signatureOf } from "../contract-server.ts";
import { RawConnection } from "../raw-connection.ts";

/** An attack on a server. */
export interface Attack {
  readonly kind: "slow" | "one-byte-chunks" | "flood";
  readonly url: string;
  readonly connections: number;
}

/** Result of an attack, per connection. */
export interface AttackReport {
  readonly statuses: readonly (number | null)[];
  /**
   * Milliseconds from the headers to the end of the connection, or to the response when the
   * connection stays open.
   */
  readonly durations: readonly number[];
}

const FLOOD_BYTES = 40 * 1024 * 1024;
const SLOW_TICK_MS = 200;
const SLOW_BYTES_A_TICK = 20;

// A well-formed signature: without one the request is rejected from its headers.
const HEAD = [
  `POST ${ROUTE} HTTP/1.1`,
  "host: localhost",
  `${SIGNATURE}: ${signatureOf("another body")}`,
];
const headOf = (framing: string) => `${[...HEAD, framing].join("\r\n")}\r\n\r\n`;

/** Runs an attack and resolves once every connection has ended or has its response. */
export async function attack({ kind, url, connections }: Attack): Promise<AttackReport> {
  const results: Promise<[status: number | null, ms: number]>[] = [];
  for (let n = 0; n < connections; n += 1) {
    results.push(ATTACKS[kind](url));
    // 5,000 connections a second: a higher rate would test the kernel's listen queue.
    if (n % 25 === 24) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const settled = await Promise.all(results);
  return { statuses: settled.map(([status]) => status), durations: settled.map(([, ms]) => ms) };
}

const ATTACKS: Readonly<
  Record<Attack["kind"], (url: string) => Promise<[status: number | null, ms: number]>>
> = {
  async slow(url) {
    const connection = await RawConnection.open(url);
    const begin = performance.now();
    await connection.write(headOf("content-length: 200000"));
    const trickle = setInterval(
      () => void connection.write("x".repeat(SLOW_BYTES_A_TICK)),
      SLOW_TICK_MS,
    );
    const response = await connection.response();
    await connection.closed();
    clearInterval(trickle);
    return [response?.status ?? null, performance.now() - begin];
  },

  async "one-byte-chunks"(url) {
    const connection = await RawConnection.open(url);
    const begin = performance.now();
    await connection.write(headOf("transfer-encoding: chunked"));
    const chunks = "1\r\nx\r\n".repeat(10_000);
    for (let sent = 0; sent < 250_000; sent += 10_000) await connection.write(chunks);
    const response = await connection.response();
    const ms = performance.now() - begin;
    connection.end();
    return [response?.status ?? null, ms];
  },

  async flood(url) {
    const connection = await RawConnection.open(url);
    const begin = performance.now();
    await connection.write(headOf("transfer-encoding: chunked"));
    const piece = Buffer.alloc(1024 * 1024, "x");
    for (let sent = 0; sent < FLOOD_BYTES; sent += piece.length) {
      await connection.write(`${piece.length.toString(16)}\r\n`);
      await connection.write(piece);
      await connection.write("\r\n");
    }
    const response = await connection.response();
    const ms = performance.now() - begin;
    connection.end();
    return [response?.status ?? null, ms];
  },
};
