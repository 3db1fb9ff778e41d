import type { Server } from "node:http";

/**
 * Returns the address at which this machine can reach a listening server, without a trailing slash.
 */
export function urlOfServer(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("The server is not listening on a port.");
  const everywhere = address.address === "0.0.0.0" || address.address === "::";
  const host = everywhere
    ? "127.0.0.1"
    : address.family === "IPv6"
      ? `[${address.address}]`
      : address.address;
  return `http://${host}:${address.port}`;
}
