import { expect, test } from "vitest";
import { findDifferences } from "../src/demo/find-differences.ts";

test("equal values do not differ, whatever the order of their keys", () => {
  expect(findDifferences("x", { a: 1, b: [null, "c"] }, { b: [null, "c"], a: 1 })).toEqual([]);
});

test.each([
  [{ a: 1 }, { a: 2 }, "x.a is 1, must be 2"],
  [{ a: null }, { a: "b" }, 'x.a is null, must be "b"'],
  [{ a: "1" }, { a: 1 }, 'x.a is "1", must be 1'],
  [{}, { a: null }, "x.a is missing, must be null"],
  [{ a: 1 }, {}, "x.a is 1, must be missing"],
  [[1], [1, 2], "x[1] is missing, must be 2"],
  [[1, 2], [1], "x[1] is 2, must be missing"],
  [{ a: { b: [{ c: true }] } }, { a: { b: [{ c: false }] } }, "x.a.b[0].c is true, must be false"],
  [[], {}, "x is [], must be {}"],
])("%j is not %j", (actual, expected, line) => {
  expect(findDifferences("x", actual, expected)).toEqual([line]);
});
