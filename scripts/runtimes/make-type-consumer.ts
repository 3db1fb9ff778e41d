import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportedNames } from "../published-names.mjs";

/** The module settings that packages are resolved under, with the file kinds each one reads. */
const SETTINGS = {
  node10: { files: ["all.ts"], options: { module: "commonjs", moduleResolution: "node10" } },
  node16: { files: ["all.cts", "all.mts"], options: { module: "node16" } },
  bundler: { files: ["all.ts"], options: { module: "esnext", moduleResolution: "bundler" } },
} as const;

export const MODULE_SETTINGS = Object.keys(SETTINGS) as readonly (keyof typeof SETTINGS)[];

/**
 * Writes, into a folder in which the packages are installed, one TypeScript project per module
 * setting. Each project imports every name that the installed declarations export, entry by entry.
 * `compile.mjs <setting>` runs it.
 */
export function makeTypeConsumer(
  folder: string,
  sources: string,
  packageNames: readonly string[],
): void {
  const imports = packageNames.flatMap((name) => importsOf(folder, name));
  for (const [setting, { files, options }] of Object.entries(SETTINGS)) {
    const project = join(folder, setting);
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true }));
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({
        // Declarations are checked too, so that a type this TypeScript cannot read does not pass as
        // `any`.
        compilerOptions: {
          strict: true,
          target: "ES2022",
          types: ["node"],
          noEmit: true,
          skipLibCheck: false,
          ...options,
        },
        files,
      }),
    );
    for (const file of files) writeFileSync(join(project, file), `${imports.join("\n")}\n`);
  }
  cpSync(join(sources, "compile.mjs"), join(folder, "compile.mjs"));
}

function importsOf(folder: string, packageName: string): readonly string[] {
  const path = (file: string) => join(folder, "node_modules", packageName, file);
  const { exports } = JSON.parse(readFileSync(path("package.json"), "utf8")) as {
    exports: Readonly<Record<string, string | { readonly import: { readonly types: string } }>>;
  };
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === "string") return [];
    const names = exportedNames(readFileSync(path(target.import.types), "utf8"));
    const module = `${packageName}${entry.slice(1)}`;
    const prefix = module.replace(/\W+/g, "_");
    const renamed = names.map((name) => {
      const plain = name.replace("type ", "");
      return `${name} as ${prefix}_${plain}`;
    });
    return [`export { ${renamed.join(", ")} } from "${module}";`];
  });
}
