import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { isLocalRequest } from "../src/is-local-request.ts";

function request(
  address: string | undefined,
  headers: IncomingMessage["headers"],
): IncomingMessage {
  const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: address });
  return Object.assign(new IncomingMessage(socket), { headers });
}

const host = "127.0.0.1:3000";

test.each(["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])(
  "%s is this machine",
  (address) => {
    expect(isLocalRequest(request(address, { host }))).toBe(true);
  },
);

test.each(["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "", undefined])("%s is not", (address) => {
  expect(isLocalRequest(request(address, { host }))).toBe(false);
});

test.each(["localhost", "LOCALHOST:3000", "[::1]:3000", "127.0.0.1"])("the name %s is", (name) => {
  expect(isLocalRequest(request("127.0.0.1", { host: name }))).toBe(true);
});

test.each(["example.com", "localhost.example.com", "127.0.0.1.example.com:3000", "", undefined])(
  "the name %s is not",
  (name) => {
    expect(isLocalRequest(request("127.0.0.1", name === undefined ? {} : { host: name }))).toBe(
      false,
    );
  },
);

test.each(["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"])(
  "a request with %s was passed on by something",
  (header) => {
    expect(isLocalRequest(request("127.0.0.1", { host, [header]: "127.0.0.1" }))).toBe(false);
  },
);
