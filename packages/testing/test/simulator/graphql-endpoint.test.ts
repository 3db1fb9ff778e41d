import { readFileSync } from "node:fs";
import { SIMULATOR_SDL } from "@jobber-sync/testing/simulator";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from "graphql";
import { describe, expect, it } from "vitest";
import { addJob, openSimulator, sendQuery } from "../support/open-simulator.ts";

const JOB =
  "query($id: EncodedId!) { job(id: $id) { title client { name } property { address { street } } } }";
const PAGE =
  "query($first: Int) { jobs(first: $first) { nodes { id title } pageInfo { hasNextPage } } }";

describe("the simulator's GraphQL endpoint", () => {
  it("executes documents against the test's records and returns null for deleted ones", async () => {
    const { account, query } = await openSimulator();
    const { job } = addJob(account);
    const found = await query(JOB, { id: job.id });
    expect(found.body.data).toEqual({
      job: {
        title: "Lawn Service",
        client: { name: "John Doe" },
        property: { address: { street: "" } },
      },
    });
    account.destroy("job", job.id);
    const gone = await query(JOB, { id: job.id });
    expect(gone.body.data).toEqual({ job: null });
    expect(gone.body).not.toHaveProperty("errors");
  });

  it("returns only the records of the token's account", async () => {
    const { jobber, account } = await openSimulator();
    const { job } = addJob(account);
    const other = jobber.connect(jobber.addAccount("Globex"));
    expect((await sendQuery(jobber, other.accessToken, JOB, { id: job.id })).body.data).toEqual({
      job: null,
    });
    expect((await sendQuery(jobber, other.accessToken, "{ account { name } }")).body.data).toEqual({
      account: { name: "Globex" },
    });
  });

  it("sorts, filters and pages", async () => {
    const { account, query, clock } = await openSimulator();
    const { job, property, client } = addJob(account);
    clock.now += 5000;
    const newer = account.addJob(property.id);
    const sorted = await query(
      "{ jobs(sort: [{ key: UPDATED_AT, direction: DESCENDING }], first: 1) { nodes { id } pageInfo { endCursor hasNextPage } } }",
    );
    expect(sorted.body.data.jobs.nodes).toEqual([{ id: newer.id }]);
    const after = sorted.body.data.jobs.pageInfo.endCursor;
    const next = await query(
      `{ jobs(sort: [{ key: UPDATED_AT, direction: DESCENDING }], first: 1, after: "${after}") { edges { node { id } } pageInfo { hasNextPage } } }`,
    );
    expect(next.body.data.jobs).toEqual({
      edges: [{ node: { id: job.id } }],
      pageInfo: { hasNextPage: false },
    });
    const since = (time: string) =>
      query("query($f: ClientFilterAttributes) { clients(filter: $f) { nodes { id } } }", {
        f: { updatedAt: { after: time } },
      });
    expect((await since("2026-01-25T10:00:00Z")).body.data.clients.nodes).toEqual([
      { id: client.id },
    ]);
    expect((await since("2026-01-25T10:00:01Z")).body.data.clients.nodes).toEqual([]);
  });

  it("rejects a bare number as an id and an unknown field, without data", async () => {
    const { query } = await openSimulator();
    const number = await query(JOB, { id: "1" });
    expect(number.body).not.toHaveProperty("data");
    expect(number.body.errors[0].message).toContain("'1' is not a valid EncodedId");
    const unknown = await query("{ account { nope } }");
    expect(unknown.body).toMatchObject({ errors: [{ extensions: { code: "undefinedField" } }] });
  });

  it("admits a query by its requested cost and charges its actual cost", async () => {
    const { account, query } = await openSimulator();
    const { property } = addJob(account);
    account.addJob(property.id);
    const { cost } = (await query(PAGE, { first: 50 })).body.extensions;
    // jobs 1, pageInfo 1, hasNextPage 1, and 50 × (id, title); 2 × (id, title) came.
    expect(cost).toEqual({
      requestedQueryCost: 103,
      actualQueryCost: 7,
      throttleStatus: { maximumAvailable: 10_000, currentlyAvailable: 9993, restoreRate: 500 },
    });
    expect((await query(PAGE)).body.extensions.cost.requestedQueryCost).toBe(203);
  });

  it("throttles a query that exceeds the bucket with HTTP 200 and restores 500 points per second", async () => {
    const { query } = await openSimulator({ limits: { maximumAvailable: 100 } });
    const rejected = await query(PAGE, { first: 50 });
    expect(rejected).toMatchObject({
      status: 200,
      body: {
        errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }],
        extensions: { cost: { actualQueryCost: 0 } },
      },
    });
    const small = await openSimulator({ limits: { maximumAvailable: 1000, restoreRate: 500 } });
    const { property } = addJob(small.account);
    for (let n = 0; n < 399; n++) small.account.addJob(property.id);
    expect((await small.query(PAGE, { first: 400 })).body).toHaveProperty("data");
    expect((await small.query(PAGE, { first: 400 })).body).not.toHaveProperty("data");
    small.clock.now += 1600;
    expect((await small.query(PAGE, { first: 400 })).body).toHaveProperty("data");
    expect(small.jobber.counts.throttled).toBe(1);
  });

  it("responds with 429 above the number of requests per 300 s", async () => {
    const { query, clock, jobber } = await openSimulator({ limits: { requests: 2 } });
    const statuses = async () => (await query("{ account { id } }")).status;
    expect([await statuses(), await statuses(), await statuses()]).toEqual([200, 200, 429]);
    clock.now += 300_001;
    expect(await statuses()).toBe(200);
    expect(jobber.counts.tooManyRequests).toBe(1);
  });

  it("serves a removed version with the oldest one and rejects a version that never existed", async () => {
    const { query } = await openSimulator();
    const version = (asked: string) =>
      query("{ account { id } }", {}, { "x-jobber-graphql-version": asked });
    expect((await version("2023-03-29")).body.extensions.versioning).toEqual({
      version: "2025-04-16",
      warning: "Version 2023-03-29 was removed.",
    });
    expect(await version("2026-01-01")).toMatchObject({
      status: 404,
      body: { message: "GraphQL API version '2026-01-01' does not exist" },
    });
  });

  it("reports permissions, missing tokens and inactive accounts in Jobber's words", async () => {
    const { account, query, jobber } = await openSimulator();
    const { job } = addJob(account);
    account.conditions.hidden.add("Query.job");
    expect((await query(JOB, { id: job.id })).body.errors[0].message).toBe(
      "The field job on an object of type Query was hidden due to permissions",
    );
    account.conditions.hidden.clear();
    account.conditions.hidden.add("Client");
    expect((await query(JOB, { id: job.id })).body.errors[0].message).toBe(
      "An object of type Client was hidden due to permissions",
    );
    account.conditions.inactive = true;
    expect((await query(JOB, { id: job.id })).body).toEqual({
      error: { message: "This account is not active" },
    });
    expect(await sendQuery(jobber, "nonsense", JOB)).toMatchObject({
      status: 401,
      body: { message: "Token not recognized" },
    });
    const unauthenticated = await sendQuery(jobber, "", JOB);
    expect(unauthenticated).toMatchObject({
      status: 200,
      body: { data: { account: null }, errors: [{ extensions: { code: "UNAUTHENTICATED" } }] },
    });
  });

  it("reads from replicas that lag by at most replicaLagMs", async () => {
    const { account, query, clock } = await openSimulator();
    const { job } = addJob(account);
    clock.now += 60_000;
    account.conditions.replicaLagMs = 2000;
    account.update("job", job.id, { title: "New" });
    clock.now += 1000;
    const titles = new Set<string>();
    for (let n = 0; n < 40; n++) titles.add((await query(JOB, { id: job.id })).body.data.job.title);
    expect(titles).toEqual(new Set(["Lawn Service", "New"]));
    clock.now += 1001;
    for (let n = 0; n < 20; n++)
      expect((await query(JOB, { id: job.id })).body.data.job.title).toBe("New");
  });

  it("executes mutations and emits their webhooks", async () => {
    const { account, query, jobber } = await openSimulator();
    const { job } = addJob(account);
    jobber.webhooks.subscribe(account.id, "http://127.0.0.1:1/");
    const edit =
      'mutation($id: EncodedId!) { jobEdit(jobId: $id, input: { title: "Mown" }) { job { title } userErrors { message path } } }';
    expect((await query(edit, { id: job.id })).body.data.jobEdit).toEqual({
      job: { title: "Mown" },
      userErrors: [],
    });
    expect(account.get("job", job.id)?.title).toBe("Mown");
    expect(jobber.webhooks.waiting).toBe(1);
    account.destroy("job", job.id);
    expect((await query(edit, { id: job.id })).body.data.jobEdit.userErrors).toEqual([
      { message: "job not found", path: ["jobId"] },
    ]);
  });
});

const path = process.env.JOBBER_SYNC_SCHEMA;

/** Returns the types and fields of `part` that `whole` lacks or declares differently. */
function differences(part: GraphQLSchema, whole: GraphQLSchema): string[] {
  return Object.values(part.getTypeMap())
    .filter((type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type))
    .flatMap((type) => {
      const other = whole.getType(type.name);
      if (isObjectType(type) && isObjectType(other))
        return compareFields(type.name, type.getFields(), other.getFields());
      if (isInputObjectType(type) && isInputObjectType(other))
        return compareFields(type.name, type.getFields(), other.getFields());
      if (isEnumType(type) && isEnumType(other)) {
        const known = new Set(other.getValues().map(({ name }) => name));
        return type
          .getValues()
          .flatMap(({ name }) => (known.has(name) ? [] : [`${type.name}.${name}`]));
      }
      if (isUnionType(type) && isUnionType(other)) {
        const known = new Set(other.getTypes().map(({ name }) => name));
        return type
          .getTypes()
          .flatMap(({ name }) => (known.has(name) ? [] : [`${type.name}.${name}`]));
      }
      return isScalarType(type) && isScalarType(other) ? [] : [type.name];
    });
}

type Field = GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLArgument;

function compareFields(
  owner: string,
  part: Readonly<Record<string, Field>>,
  whole: Readonly<Record<string, Field>>,
): string[] {
  return Object.values(part).flatMap((field) => {
    const other = whole[field.name];
    const name = `${owner}.${field.name}`;
    if (other === undefined || String(field.type) !== String(other.type)) return [name];
    const known = Object.fromEntries(
      ("args" in other ? other.args : []).map((arg) => [arg.name, arg]),
    );
    const args = Object.fromEntries(
      ("args" in field ? field.args : []).map((arg) => [arg.name, arg]),
    );
    return compareFields(name, args, known);
  });
}

describe("the simulator's schema", () => {
  const part = buildSchema(SIMULATOR_SDL);

  it("is a subset of itself and not of a schema with missing or changed parts", () => {
    expect(differences(part, part)).toEqual([]);
    const changed = SIMULATOR_SDL.replace("jobNumber: Int!", "jobNumber: Int")
      .replace("postalCode: String!", "zip: String!")
      .replace("    late\n", "")
      .replace("clients(filter: ClientFilterAttributes, ", "clients(")
      .replace("JobNoteUnion = ClientNote | JobNote", "JobNoteUnion = ClientNote");
    expect(differences(part, buildSchema(changed))).toEqual([
      "Query.clients.filter",
      "JobNoteUnion.JobNote",
      "ClientAddress.postalCode",
      "Job.jobNumber",
      "JobStatusTypeEnum.late",
    ]);
  });

  if (path !== undefined) {
    it("is a subset of Jobber's schema", () => {
      expect(
        differences(part, buildSchema(readFileSync(path, "utf8"), { assumeValid: true })),
      ).toEqual([]);
    });
  }
});
