import { connect, createServer, type Socket } from "node:net";

/** A proxy that treats startup parameters like PgBouncer. */
export interface Pooler {
  readonly connectionString: string;
  /** Startup parameters of all connections. */
  readonly parameters: ReadonlySet<string>;
  close(): Promise<void>;
}

/** The parameters that PgBouncer accepts by default. */
const ACCEPTED = new Set([
  "user",
  "database",
  "application_name",
  "client_encoding",
  "DateStyle",
  "TimeZone",
  "standard_conforming_strings",
]);

/** Starts a TCP proxy in front of a server that rejects startup parameters, as PgBouncer does. */
export async function startPooler(connectionString: string): Promise<Pooler> {
  const url = new URL(connectionString);
  const server = { host: url.hostname, port: Number(url.port) };
  const parameters = new Set<string>();
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    sockets.add(client);
    client
      .on("error", () => {})
      .once("data", (startup: Buffer) => {
        // Length, protocol version, then pairs of zero-terminated texts.
        const pairs = startup.toString("utf8", 8).split("\0");
        const names = pairs.filter((name, index) => index % 2 === 0 && name !== "");
        for (const name of names) parameters.add(name);
        const rejected = names.find((name) => !ACCEPTED.has(name));
        if (rejected !== undefined) {
          client.end(errorResponse(`unsupported startup parameter: ${rejected}`));
          return;
        }
        const upstream = connect(server);
        sockets.add(upstream);
        upstream.on("error", () => client.destroy());
        client.on("close", () => upstream.destroy());
        upstream.write(startup);
        client.pipe(upstream).pipe(client);
      });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  url.port = String(typeof address === "object" ? address?.port : "");
  return {
    connectionString: url.href,
    parameters,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

function errorResponse(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.byteLength + 4, 1);
  return Buffer.concat([head, fields]);
}
