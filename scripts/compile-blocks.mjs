import { basename, join } from "node:path";
import ts from "typescript";

/**
 * Compiles code blocks with the repository's settings, each as its own module, and returns one line
 * per mistake.
 *
 * @param {{ file: string, line: number, code: string }[]} blocks
 * @param {{ root: string, bases: string[] }} places `bases`: folders whose installed packages the
 * blocks can import, in this order
 * @returns {string[]}
 */
export function compileBlocks(blocks, { root, bases }) {
  const options = compilerOptions(root);
  const virtual = new Map(
    blocks.map((block, index) => [
      join(root, `__docs__/${index}.ts`),
      // A block without imports would otherwise be a script, which shares its names with all other
      // scripts.
      { ...block, text: `${block.code}\nexport {};\n` },
    ]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.readFile = (name) => virtual.get(name)?.text ?? readFile(name);
  host.getSourceFile = (name, language, ...rest) => {
    const block = virtual.get(name);
    if (block === undefined) return getSourceFile(name, language, ...rest);
    const target =
      typeof language === "object"
        ? { ...language, impliedNodeFormat: ts.ModuleKind.ESNext }
        : language;
    return ts.createSourceFile(name, block.text, target, true);
  };
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  host.resolveModuleNameLiterals = (literals, containing, redirect, _options, file) =>
    literals.map((literal) => {
      const mode = virtual.has(containing)
        ? ts.ModuleKind.ESNext
        : ts.getModeForUsageLocation(file, literal, options);
      const from = virtual.has(containing)
        ? bases.map((base) => join(base, "block.ts"))
        : [containing];
      let found = { resolvedModule: undefined };
      for (const place of from) {
        found = ts.resolveModuleName(literal.text, place, options, host, cache, redirect, mode);
        if (found.resolvedModule !== undefined) break;
      }
      return found;
    });
  const program = ts.createProgram([...virtual.keys()], options, host);
  return [...virtual].flatMap(([name, block]) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start = 0, messageText }) =>
        `${block.file}:${block.line + file.getLineAndCharacterOfPosition(start).line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}

function compilerOptions(root) {
  const path = join(root, "tsconfig.base.json");
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, " "));
  const { options } = ts.convertCompilerOptionsFromJson(
    config.compilerOptions,
    root,
    basename(path),
  );
  return {
    ...options,
    // An example may declare a value only to show it.
    noUnusedLocals: false,
    noUnusedParameters: false,
    typeRoots: [join(root, "node_modules/@types")],
  };
}
