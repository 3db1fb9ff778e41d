import { expect, it } from "vitest";
import { exportedNames } from "../published-names.mjs";

it("exportedNames returns the public names of a declaration file and marks types", () => {
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
