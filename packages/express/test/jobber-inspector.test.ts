import type { AddressInfo } from "node:net";
import { jobberInspector } from "@jobber-sync/express";
import express, { type Express } from "express";
import { expect, it, onTestFinished } from "vitest";

/** An inspector that responds with what it received. */
const inspector = Object.assign(
  async (request: Request, { remoteAddress }: { readonly remoteAddress?: string | undefined }) => {
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    const host = request.headers.get("host");
    const seen = { method: request.method, path: pathname + search, host, remoteAddress, body };
    return Response.json(seen, { status: 201, headers: { "x-frame-options": "DENY" } });
  },
  { path: "/admin/jobber" },
);

async function serve(app: Express): Promise<string> {
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("jobberInspector passes paths, the peer's address and forms on, and nothing else", async () => {
  const url = await serve(express().use(jobberInspector(inspector)));
  const get = await fetch(`${url}/admin/jobber/deliveries?state=dead`);
  expect([get.status, get.headers.get("x-frame-options")]).toEqual([201, "DENY"]);
  expect(await get.json()).toMatchObject({
    path: "/admin/jobber/deliveries?state=dead",
    host: new URL(url).host,
    remoteAddress: "127.0.0.1",
  });
  const body = new URLSearchParams({ csrf: "a b&c" });
  const post = await fetch(`${url}/admin/jobber/x`, { method: "POST", body });
  expect(await post.json()).toMatchObject({ method: "POST", body: "csrf=a+b%26c" });
  expect((await fetch(`${url}/admin/other`)).status).toBe(404);
});

it("jobberInspector encodes a form again that a parser has read before", async () => {
  const app = express().use(express.urlencoded({ extended: false }));
  const url = await serve(app.use(jobberInspector(inspector)));
  const body = new URLSearchParams({ csrf: "a b&c" });
  const post = await fetch(`${url}/admin/jobber`, { method: "POST", body });
  expect(await post.json()).toMatchObject({ body: "csrf=a+b%26c" });
});
