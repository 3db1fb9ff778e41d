import { jobberInspector } from "@jobber-sync/fastify";
import fastify from "fastify";
import { expect, it } from "vitest";

/** An inspector that responds with what it received. */
const inspector = Object.assign(
  async (request: Request, { remoteAddress }: { readonly remoteAddress?: string | undefined }) => {
    const { pathname, search } = new URL(request.url);
    const seen = { path: pathname + search, remoteAddress, body: await request.text() };
    return Response.json(seen, { status: 201, headers: { "x-frame-options": "DENY" } });
  },
  { path: "/admin/jobber" },
);

it("jobberInspector passes paths, the peer's address and forms on, and nothing else", async () => {
  const app = fastify();
  app.register(jobberInspector, { inspector });
  const get = await app.inject("/admin/jobber/deliveries?state=dead");
  expect([get.statusCode, get.headers["x-frame-options"]]).toEqual([201, "DENY"]);
  expect(get.json()).toEqual({
    path: "/admin/jobber/deliveries?state=dead",
    remoteAddress: "127.0.0.1",
    body: "",
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const payload = "csrf=a+b%26c";
  const post = await app.inject({ method: "POST", url: "/admin/jobber", headers, payload });
  expect(post.json()).toMatchObject({ path: "/admin/jobber", body: payload });
  expect((await app.inject("/admin/other")).statusCode).toBe(404);
  await app.close();
});
