import { expect, it } from "vitest";
import { exportedNames } from "../published-names.mjs";

it("reads what a declaration file exports, types marked, under the names that users see", () => {
  const declarations = `
import { z } from './zod.js';
export { a as BodyLimits, nodeBody } from './body-reader.js';
declare const INTERNAL = 1;
export { CODES, inner as outer };
export type { Receiver, Answer as ReceiverResponse };
`;
  expect(exportedNames(declarations)).toEqual([
    "BodyLimits",
    "CODES",
    "nodeBody",
    "outer",
    "type Receiver",
    "type ReceiverResponse",
  ]);
});
