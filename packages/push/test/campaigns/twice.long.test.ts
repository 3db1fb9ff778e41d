import { expect, it } from "vitest";
import { submitTwice } from "./twice.ts";

it("1,000 forms that are submitted twice at once are 1,000 clients", async () => {
  expect(await submitTwice(1000)).toEqual({ clients: 1000, same: 1000 });
}, 600_000);
