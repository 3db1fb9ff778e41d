import { expect, test } from "vitest";
import { countTests } from "../count-tests.mjs";

const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1 };

test("countTests counts pending and todo tests as skipped", () => {
  expect(countTests({ ...report, testResults: [] })).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

test("countTests counts a file that does not load as a failure", () => {
  const testResults = [
    { status: "failed", assertionResults: [] },
    { status: "failed", assertionResults: [{ status: "failed" }] },
    { status: "passed", assertionResults: [] },
  ];
  expect(countTests({ ...report, testResults })).toEqual({ passed: 3, failed: 2, skipped: 2 });
});
