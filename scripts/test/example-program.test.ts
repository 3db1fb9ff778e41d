import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "../child.mjs";
import { exampleProgram } from "../example-program.mjs";

describe("exampleProgram", () => {
  it.each([
    [[], "examples/express-sqlite/src/start.ts"],
    [["express-sqlite"], "examples/express-sqlite/src/start.ts"],
    [["fastify-sqlite"], "examples/fastify-sqlite/src/start.ts"],
    [["fastify-postgres"], "examples/fastify-postgres/src/start.ts"],
    [["fastify-postgres", "receiver"], "examples/fastify-postgres/src/receiver.ts"],
    [["fastify-postgres", "worker"], "examples/fastify-postgres/src/worker.ts"],
  ])("starts the example that npm start -- %j names", (args, file) => {
    expect(exampleProgram("start", args)).toEqual({ file, args: [] });
    expect(existsSync(new URL(file, root))).toBe(true);
  });

  it("lists the examples and programs that exist when none matches", () => {
    expect(() => exampleProgram("start", ["backend"])).toThrow(
      'There is no example "backend". Examples: express-sqlite, fastify-postgres, fastify-sqlite.',
    );
    expect(() => exampleProgram("start", ["express-sqlite", "worker"])).toThrow(
      'express-sqlite has no program "worker". Programs: start.',
    );
    expect(() => exampleProgram("start", ["fastify-postgres", "worker", "2"])).toThrow(
      "start, receiver, worker",
    );
  });

  it.each([
    [[], "examples/express-sqlite/src/demo.ts", []],
    [["--postgres"], "examples/fastify-postgres/src/demo.ts", []],
    [["--other"], "examples/express-sqlite/src/demo.ts", ["--other"]],
  ])("runs a demo for npm run demo -- %j", (args, file, rest) => {
    expect(exampleProgram("demo", args)).toEqual({ file, args: rest });
    expect(existsSync(new URL(file, root))).toBe(true);
  });

  it("runs the deliveries script of the named example, or of the default one", () => {
    for (const example of ["express-sqlite", "fastify-sqlite", "fastify-postgres"]) {
      const program = exampleProgram("deliveries", [example, "list", "--state", "dead"]);
      expect(program).toEqual({
        file: `examples/${example}/src/deliveries.ts`,
        args: ["list", "--state", "dead"],
      });
      expect(existsSync(new URL(program.file, root))).toBe(true);
    }
    expect(exampleProgram("deliveries", ["redrive", "17"])).toEqual({
      file: "examples/express-sqlite/src/deliveries.ts",
      args: ["redrive", "17"],
    });
    expect(exampleProgram("deliveries", [])).toMatchObject({ args: [] });
  });
});
