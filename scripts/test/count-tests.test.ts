import { expect, test } from "vitest";
import { countTests } from "../count-tests.mjs";

const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1 };

test("pending and todo tests are skipped tests", () => {
  expect(countTests({ ...report, testResults: [] })).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

test("a file that does not load is a failure, although it has no test", () => {
  const testResults = [
    { status: "failed", assertionResults: [] },
    { status: "failed", assertionResults: [{ status: "failed" }] },
    { status: "passed", assertionResults: [] },
  ];
  expect(countTests({ ...report, testResults })).toEqual({ passed: 3, failed: 2, skipped: 2 });
});
