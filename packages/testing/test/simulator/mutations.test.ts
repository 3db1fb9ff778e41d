import { encodedId } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";
import { addJob, openSimulator } from "../support/open-simulator.ts";

const ERRORS = "userErrors { message path }";
const CREATE_CLIENT = `mutation($input: ClientCreateInput!) { clientCreate(input: $input) {
  client { id name email phone emails { id address primary } phones { number friendly normalizedPhoneNumber }
    clientProperties(first: 5) { nodes { id address { street1 city } } } } ${ERRORS} } }`;
const EDIT_CLIENT = `mutation($id: EncodedId!, $input: ClientEditInput!) { clientEdit(clientId: $id, input: $input) {
  client { firstName email phone emails { address primary } phones { number primary } } ${ERRORS} } }`;
const CREATE_VISIT = `mutation($id: EncodedId!, $input: VisitCreateInput!) { visitCreate(jobId: $id, input: $input) {
  createdVisits { id title startAt endAt allDay assignedUsers(first: 3) { nodes { id } } } ${ERRORS} } }`;
const CREATE_JOB = `mutation($input: JobCreateAttributes!) { jobCreate(input: $input) {
  job { id title startAt client { id } notes(first: 5) { nodes { ... on JobNote { message } } } } ${ERRORS} } }`;

async function openWithJob() {
  const opened = await openSimulator();
  return { ...opened, ...addJob(opened.account) };
}

describe("the simulator's client mutations", () => {
  it("create a client with its property and reformat its phone number", async () => {
    const { query } = await openSimulator();
    const input = {
      firstName: " Ann ",
      emails: [{ address: "ann@example.com" }],
      phones: [{ number: "512 555 0100" }],
      properties: [{ address: { street1: "1 Main St", city: "Austin" } }],
    };
    const { client } = (await query(CREATE_CLIENT, { input })).body.data.clientCreate;
    expect(client).toMatchObject({
      name: "Ann",
      email: "ann@example.com",
      phone: "(512) 555-0100",
      emails: [{ address: "ann@example.com", primary: true }],
      phones: [{ number: "(512) 555-0100", normalizedPhoneNumber: "+15125550100" }],
      clientProperties: { nodes: [{ address: { street1: "1 Main St", city: "Austin" } }] },
    });
  });

  it.each([
    ["no name", {}, ["firstName"]],
    ["a company without a name", { firstName: "Ann", isCompany: true }, ["companyName"]],
    ["an invalid e-mail", { firstName: "Ann", emails: [{ address: "ann" }] }, ["emails"]],
  ])("reject a client with %s and create nothing", async (_, input, path) => {
    const { account, query } = await openSimulator();
    const { clientCreate } = (await query(CREATE_CLIENT, { input })).body.data;
    expect(clientCreate).toMatchObject({ client: null, userErrors: [{ path }] });
    expect(account.all("client")).toEqual([]);
  });

  it("edit, add, promote and delete entries by their ids", async () => {
    const { account, query, client } = await openWithJob();
    const edit = async (input: object) =>
      (await query(EDIT_CLIENT, { id: client.id, input })).body.data.clientEdit;
    await edit({ emailsToAdd: [{ address: "a@example.com" }, { address: "b@example.com" }] });
    expect(account.get("client", client.id)?.email).toBe("a@example.com");
    const second = account.get("client", client.id)?.emails[1]?.id;
    expect((await edit({ emailsToEdit: [{ id: second, primary: true }] })).client.emails).toEqual([
      { address: "a@example.com", primary: false },
      { address: "b@example.com", primary: true },
    ]);
    expect((await edit({ emailsToDelete: [second] })).client.emails).toHaveLength(1);
    const unknown = await edit({ emailsToEdit: [{ id: second, address: "c@example.com" }] });
    expect(unknown).toMatchObject({ client: null, userErrors: [{ path: ["input"] }] });
  });

  it("archive only a client whose jobs are closed", async () => {
    const { account, query, client, job } = await openWithJob();
    const archive = `mutation($id: EncodedId!) { clientArchive(clientId: $id) { client { isArchived } ${ERRORS} } }`;
    const first = (await query(archive, { id: client.id })).body.data.clientArchive;
    expect(first.userErrors).toHaveLength(1);
    account.closeJob(job.id);
    const second = (await query(archive, { id: client.id })).body.data.clientArchive;
    expect(second.client).toEqual({ isArchived: true });
  });
});

describe("the simulator's job and visit mutations", () => {
  it("create a job with a note, whose date comes back as a time in UTC", async () => {
    const { query, property, client } = await openWithJob();
    const invoicing = { invoicingType: "FIXED_PRICE", invoicingSchedule: "ON_COMPLETION" };
    const input = {
      propertyId: property.id,
      title: "Hedge",
      invoicing,
      notes: [{ message: "from the CRM" }],
      timeframe: { startAt: "2026-02-01" },
    };
    const { job } = (await query(CREATE_JOB, { input })).body.data.jobCreate;
    expect(job).toMatchObject({
      title: "Hedge",
      startAt: "2026-02-01T06:00:00Z",
      client: { id: client.id },
      notes: { nodes: [{ message: "from the CRM" }] },
    });
    const perVisit = { ...input, invoicing: { ...invoicing, invoicingSchedule: "PER_VISIT" } };
    const rejected = (await query(CREATE_JOB, { input: perVisit })).body.data.jobCreate;
    expect(rejected.userErrors).toHaveLength(1);
  });

  it("convert local visit times to UTC and mark whole days", async () => {
    const { query, job } = await openWithJob();
    const user = encodedId("User", 7);
    const at = (date: string, time?: string) => ({ date, time, timezone: "America/Chicago" });
    const visits = [
      {
        schedule: {
          startAt: at("2026-07-01", "09:00:00"),
          endAt: at("2026-07-01", "10:30:00"),
          teamMemberIdsToAssign: [user],
        },
      },
      { title: "Day", schedule: { startAt: at("2026-01-31"), endAt: at("2026-01-31") } },
    ];
    const created = (await query(CREATE_VISIT, { id: job.id, input: { visits } })).body.data;
    expect(created.visitCreate.createdVisits).toMatchObject([
      {
        title: "Lawn Service",
        startAt: "2026-07-01T14:00:00Z",
        endAt: "2026-07-01T15:30:00Z",
        allDay: false,
        assignedUsers: { nodes: [{ id: user }] },
      },
      { title: "Day", startAt: "2026-01-31T06:00:00Z", allDay: true },
    ]);
  });

  it("close a job by completing past and destroying future visits, and reopen it without them", async () => {
    const { account, query, job } = await openWithJob();
    const past = account.addVisit(job.id, { startAt: "2026-01-20T10:00:00Z" });
    account.addVisit(job.id, { startAt: "2026-03-20T10:00:00Z" });
    const close = `mutation($id: EncodedId!) { jobClose(jobId: $id, input: { modifyIncompleteVisitsBy: COMPLETE_PAST_DESTROY_FUTURE }) { job { jobStatus } ${ERRORS} } }`;
    expect((await query(close, { id: job.id })).body.data.jobClose.job.jobStatus).toBe("archived");
    expect(account.all("visit")).toMatchObject([{ id: past.id, isComplete: true }]);
    const reopen = `mutation($id: EncodedId!) { jobReopen(jobId: $id) { job { jobStatus completedAt } ${ERRORS} } }`;
    expect((await query(reopen, { id: job.id })).body.data.jobReopen.job).toEqual({
      jobStatus: "action_required",
      completedAt: null,
    });
    expect(account.all("visit")).toHaveLength(1);
  });
});

describe("the simulator's disorder around mutations", () => {
  it("serves by-id reads after own writes from lagging replicas, and searches from a slower index", async () => {
    const { account, query, clock } = await openSimulator();
    account.conditions.indexLagMs = 10_000;
    const { body } = await query(CREATE_CLIENT, {
      input: { firstName: "Ann", emails: [{ address: "ann@example.com" }] },
    });
    const { id } = body.data.clientCreate.client;
    const byId = "query($id: EncodedId!) { client(id: $id) { id } }";
    expect((await query(byId, { id })).body.data.client).toEqual({ id });
    const search =
      'query { clientEmails(searchTerm: "ANN@", first: 5) { nodes { address client { id } contact { id } } } }';
    const found = async () => (await query(search)).body.data.clientEmails.nodes.length;
    const counts = new Set<number>();
    for (let second = 0; second < 11; second += 1) {
      counts.add(await found());
      clock.now += 1000;
    }
    expect(counts).toEqual(new Set([0, 1]));
    expect(await found()).toBe(1);
  });

  it.each([
    ["once", 1],
    ["never", 0],
    ["twice", 2],
  ] as const)("sends the webhook of a mutation %s", async (echo, count) => {
    const { account, query, client, jobber } = await openWithJob();
    jobber.webhooks.subscribe(account.id, "http://127.0.0.1:1/");
    account.conditions.echo = echo;
    await query(EDIT_CLIENT, { id: client.id, input: { firstName: "Ann" } });
    expect(jobber.webhooks.waiting).toBe(count);
  });

  it("loses the response of a mutation before or after its commit", async () => {
    const { account, query, client, jobber } = await openWithJob();
    const edit = (firstName: string) => query(EDIT_CLIENT, { id: client.id, input: { firstName } });
    const name = () => account.get("client", client.id)?.firstName;
    jobber.faults.next("mutation", { kind: "reset" });
    expect((await query("{ account { id } }")).status).toBe(200);
    await expect(edit("Before")).rejects.toThrow();
    expect(name()).toBe("John");
    jobber.faults.next("mutation", { kind: "html", status: 200, processed: true });
    await expect(edit("After")).rejects.toThrow();
    expect(name()).toBe("After");
  });
});
