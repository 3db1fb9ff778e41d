import { readFileSync } from "node:fs";
import { KNOWN_TOPICS, type ObjectType, topicTraits } from "@jobber-sync/core";
import { documentTypes, SIMULATOR_SDL } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";
import { objectDocument } from "../src/read-object.ts";
import { addJob, openApi, SIGNAL } from "./support/open-api.ts";

const UNREADABLE = new Set<ObjectType>(["account", "on_my_way_tracking_link", "unknown"]);
const TYPES = [...new Set(KNOWN_TOPICS.map((topic) => topicTraits(topic).objectType))].filter(
  (type) => !UNREADABLE.has(type),
);

describe("api.read", () => {
  it("reads an object with the given selection", async () => {
    const { api, account, jobber } = await openApi();
    const { job, client, property } = addJob(account);
    const visit = account.addVisit(job.id, { title: "Mow" });
    const read = (type: ObjectType, id: string, selection: string) =>
      api.read("acme", { type, id }, selection, { signal: SIGNAL });
    expect(await read("visit", visit.id, "title job { title }")).toEqual({
      title: "Mow",
      job: { title: "Lawn Service" },
    });
    expect(await read("property", property.id, "address { city }")).toEqual({
      address: { city: "Austin" },
    });
    expect(await read("client", client.id, "email")).toEqual({ email: "john@example.com" });
    account.destroy("visit", visit.id);
    expect(await read("visit", visit.id, "title")).toBeNull();
    expect(jobber.counts.queries).toMatchObject({ visit: 2, property: 1, client: 1 });
  });

  it("rejects what is not a selection, and types that Jobber cannot look up", async () => {
    const { api } = await openApi();
    const read = (type: ObjectType, selection: string) =>
      api.read("acme", { type, id: "MQ==" }, selection, { signal: SIGNAL });
    await expect(read("quote", "id } job {")).rejects.toThrow("the selection of fetch");
    await expect(read("account", "name")).rejects.toThrow("no query for a single object");
  });

  it("passes on that a field does not exist", async () => {
    const { api, account } = await openApi();
    const { job } = addJob(account);
    const read = api.read("acme", { type: "job", id: job.id }, "titel", { signal: SIGNAL });
    await expect(read).rejects.toMatchObject({ code: "ERR_API_QUERY" });
  });

  const path = process.env.JOBBER_SYNC_SCHEMA;
  const [sdl, types] =
    path === undefined
      ? [SIMULATOR_SDL, ["client", "property", "job", "visit"] as const]
      : [readFileSync(path, "utf8"), TYPES];

  it.each(types)("has a valid query for a %s", (type) => {
    const { errors, fields } = documentTypes(objectDocument(type, "id"), sdl);
    expect(errors).toEqual([]);
    expect(Object.keys(fields)).toHaveLength(2);
  });
});
