import type { Server } from "node:http";

/** Where a server that listens can be reached from this machine, without a trailing slash. */
export function urlOfServer(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("The server listens on no port.");
  const everywhere = address.address === "0.0.0.0" || address.address === "::";
  const host = everywhere
    ? "127.0.0.1"
    : address.family === "IPv6"
      ? `[${address.address}]`
      : address.address;
  return `http://${host}:${address.port}`;
}
