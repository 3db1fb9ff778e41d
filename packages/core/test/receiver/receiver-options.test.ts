import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  type ReceiverOptions,
} from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const A = "the client secret of app A";
const B = "the client secret of app B";
const build = (options: object) =>
  createReceiver({
    tenants: [{ slug: "acme", secrets: A }],
    store: createMemoryStore(),
    logger: silentLogger,
    ...options,
  } as ReceiverOptions);

describe("createReceiver", () => {
  const numbers = [
    "maxBodyBytes",
    "maxUnreadBytes",
    "maxInFlight",
    "deadlineMs",
    "retryAfterSeconds",
  ];
  const wrong = [Number.NaN, -1, 0, 1.5, Number.POSITIVE_INFINITY, 2 ** 31, "800", null, {}, true];
  it.each(numbers.flatMap((name) => wrong.map((value) => [name, value])))(
    "rejects %s: %s",
    (name, value) => {
      // null is what a missing setting in JSON turns into, not a request for the default.
      expect(() => build({ [String(name)]: value })).toThrow(TypeError);
    },
  );

  it.each(numbers)("accepts a whole number, or undefined, for %s", (name) => {
    expect(build({ [name]: 1 })).toBeDefined();
    expect(build({ [name]: undefined })).toBeDefined();
  });

  it.each([Number.NaN, -1, 5001, "1000", null])("rejects fetchDelayMs: %s", (fetchDelayMs) => {
    const inbox = createMemoryInbox();
    expect(() => build({ store: undefined, inbox, fetchDelayMs })).toThrow(TypeError);
  });

  it("rejects fetchDelayMs in inline mode, which has no inbox to delay in", () => {
    expect(() => build({ fetchDelayMs: 1000 })).toThrow(/inline mode/);
  });

  it.each([["JOB_CREATE"], [["JOB_CREATE", ""]], [[1]], [{}], [null]])(
    "rejects topics: %j",
    (topics) => {
      expect(() => build({ topics })).toThrow(TypeError);
    },
  );

  it.each([
    [""],
    [" "],
    ["15 bytes long.."],
    [undefined],
    [null],
    [[]],
    [["", A]],
    [[A, " "]],
    [{}],
  ])("rejects the secrets %j of a tenant and of the app", (secrets) => {
    expect(() => build({ tenants: [{ slug: "acme", secrets }] })).toThrow(TypeError);
    expect(() => build({ app: { secrets } })).toThrow(TypeError);
  });

  it("names the tenant, but not the secret", () => {
    expect(() => build({ tenants: [{ slug: "acme", secrets: "hunter2" }] })).toThrow(
      /"acme".*7 bytes/,
    );
    expect(() => build({ tenants: [{ slug: "acme", secrets: "hunter2" }] })).not.toThrow(/hunter2/);
  });

  it.each([
    [
      "two with one slug",
      [
        { slug: "a", secrets: A },
        { slug: "a", secrets: B },
      ],
    ],
    ["an empty slug", [{ slug: "", secrets: A }]],
    [
      "a secret in common without accounts",
      [
        { slug: "a", secrets: A },
        { slug: "b", secrets: [B, A] },
      ],
    ],
    [
      "a secret in common, one without accounts",
      [
        { slug: "a", secrets: A, accountIds: ["1"] },
        { slug: "b", secrets: A },
      ],
    ],
    [
      "a secret and an account in common",
      [
        { slug: "a", secrets: A, accountIds: ["MQ=="] },
        { slug: "b", secrets: A, accountIds: ["MQ"] },
      ],
    ],
    [
      "a secret in common and no account",
      [
        { slug: "a", secrets: A, accountIds: [] },
        { slug: "b", secrets: A, accountIds: ["1"] },
      ],
    ],
    ["accounts that are no list", [{ slug: "a", secrets: A, accountIds: "1" }]],
    ["sharedApp without accounts", [{ slug: "a", secrets: A, sharedApp: true }]],
    ["something that is neither a list nor a resolver", {}],
  ])("rejects tenants: %s", (_name, tenants) => {
    expect(() => build({ tenants })).toThrow(TypeError);
  });

  it("accepts tenants that share a secret, but no account", () => {
    const tenants = [
      { slug: "a", secrets: A, accountIds: ["1"] },
      { slug: "b", secrets: A, accountIds: ["2"] },
    ];
    expect(build({ tenants })).toBeDefined();
  });

  it("rejects a tenant that shares the app's secret without accounts, and two tenants with one account", () => {
    expect(() => build({ app: { secrets: A } })).toThrow(TypeError);
    const tenants = [
      { slug: "a", secrets: A, accountIds: ["1"] },
      { slug: "b", secrets: B, accountIds: ["1"] },
    ];
    expect(() => build({ tenants, app: { secrets: "the client secret of app C" } })).toThrow(
      /account in common/,
    );
  });

  it("requires either an inbox or a store", () => {
    expect(() => build({ store: undefined })).toThrow(TypeError);
    expect(() => build({ inbox: createMemoryInbox() })).toThrow(TypeError);
  });
});
