import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "../child.mjs";
import { deliveriesProgram, startProgram } from "../example-program.mjs";

test.each([
  [[], "examples/express-sqlite/src/start.ts"],
  [["express-sqlite"], "examples/express-sqlite/src/start.ts"],
  [["fastify-sqlite"], "examples/fastify-sqlite/src/start.ts"],
  [["fastify-postgres"], "examples/fastify-postgres/src/start.ts"],
  [["fastify-postgres", "receiver"], "examples/fastify-postgres/src/receiver.ts"],
  [["fastify-postgres", "worker"], "examples/fastify-postgres/src/worker.ts"],
])("npm start -- %j starts an example by its name", (args, file) => {
  expect(startProgram(args)).toBe(file);
  expect(existsSync(new URL(file, root))).toBe(true);
});

test("what cannot be started is told what there is", () => {
  expect(() => startProgram(["backend"])).toThrow(
    'There is no example "backend". Examples: express-sqlite, fastify-postgres, fastify-sqlite.',
  );
  expect(() => startProgram(["express-sqlite", "worker"])).toThrow(
    'express-sqlite cannot be started as "worker". It can as: start.',
  );
  expect(() => startProgram(["fastify-postgres", "worker", "2"])).toThrow(
    "start, receiver, worker",
  );
});

test("the operator's script is that of the example that is named, else of the one that npm start starts", () => {
  for (const example of ["express-sqlite", "fastify-sqlite", "fastify-postgres"]) {
    const program = deliveriesProgram([example, "list", "--state", "dead"]);
    expect(program).toEqual({
      file: `examples/${example}/src/deliveries.ts`,
      args: ["list", "--state", "dead"],
    });
    expect(existsSync(new URL(program.file, root))).toBe(true);
  }
  expect(deliveriesProgram(["redrive", "17"])).toEqual({
    file: "examples/express-sqlite/src/deliveries.ts",
    args: ["redrive", "17"],
  });
  expect(deliveriesProgram([])).toMatchObject({ args: [] });
});
