import { canonicalExtra, sameValue } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";

describe("canonicalExtra", () => {
  it("sorts keys, and lists of objects by their ids", () => {
    const extra = { b: [{ id: "2", x: 1 }, { id: "1" }], a: { d: 1, c: undefined, b: 2 } };
    expect(JSON.stringify(canonicalExtra(extra))).toBe(
      '{"a":{"b":2,"d":1},"b":[{"id":"1"},{"id":"2","x":1}]}',
    );
  });

  it.each([
    ["of texts", ["b", "a"]],
    ["in which an object has no id", [{ id: "2" }, { name: "x" }]],
    ["of objects with ids that are not text", [{ id: 2 }, { id: 1 }]],
    ["of lists", [["b"], ["a"]]],
  ])("keeps the order of a list %s", (_what, list) => {
    expect(canonicalExtra({ list })).toEqual({ list });
  });

  it("keeps a member named __proto__ without changing a prototype", () => {
    const extra = canonicalExtra(JSON.parse('{"__proto__":{"admin":true}}') as object);
    expect(JSON.stringify(extra)).toBe('{"__proto__":{"admin":true}}');
    expect("admin" in extra).toBe(false);
  });

  it("replaces what databases cannot hold: NUL, lone surrogates, -0", () => {
    const extra = canonicalExtra({ text: "a\u0000\udc00", zero: -0, not: Number.NaN });
    expect(extra).toEqual({ text: "a\uFFFD\uFFFD", zero: 0, not: null });
  });

  it("throws a TypeError for values that JSON cannot hold", () => {
    expect(() => canonicalExtra({ big: 1n })).toThrow(TypeError);
    expect(() => canonicalExtra({ call() {} })).toThrow("extra contains a function");
  });
});

describe("sameValue", () => {
  it.each([
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [null, null],
  ])("accepts %j and %j", (a, b) => {
    expect(sameValue(a, b)).toBe(true);
  });

  it.each([
    [{ a: 1 }, { a: 1, b: null }],
    [{ a: 1, b: null }, { a: 1 }],
    [{ a: undefined }, { b: undefined }],
    [[1], { 0: 1 }],
    [{}, null],
    [
      [1, 2],
      [2, 1],
    ],
    [1, "1"],
  ])("distinguishes %j and %j", (a, b) => {
    expect(sameValue(a, b)).toBe(false);
  });
});
