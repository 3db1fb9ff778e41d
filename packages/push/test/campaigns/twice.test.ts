import { expect, it } from "vitest";
import { submitTwice } from "./twice.ts";

it("forms that are submitted twice at once, and sent by two connections, are one client each", async () => {
  expect(await submitTwice(8)).toEqual({ clients: 8, same: 8 });
});
