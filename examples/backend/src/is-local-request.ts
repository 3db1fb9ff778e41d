import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

// Set by proxies: nginx, a load balancer, or the tunnel that carries Jobber's webhooks to a
// developer's machine.
const FORWARDING_HEADERS = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-real-ip",
  "via",
] as const;

/**
 * Returns whether a request was made on this machine: it comes from a loopback address, was not
 * forwarded by a proxy or tunnel (whose own connection is local too), and names a local host. The
 * host matters because a web page that rebinds its DNS name to 127.0.0.1 still sends that name in
 * `Host`.
 *
 * This protects the routes of an example on a developer's machine. It is not a login; use your own
 * where other people need these routes.
 */
export function isLocalRequest({ headers, socket }: IncomingMessage): boolean {
  return (
    isLoopback(socket.remoteAddress ?? "") &&
    FORWARDING_HEADERS.every((name) => headers[name] === undefined) &&
    isLocalName(headers.host ?? "")
  );
}

function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6");
}

function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name.toLowerCase() === "localhost" || isLoopback(name);
}
