import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { deadLinks } from "../../site/dead-links.mjs";
import { withSiteLinks } from "../../site/site-links.mjs";

describe("withSiteLinks", () => {
  it("leads links to pages of the site, and other files to GitHub", () => {
    const links = (text: string, file: string) => withSiteLinks(text, file);
    expect(links("[a](errors/ERR_STORE.md#x)", "docs/index.md")).toBe(
      "[a](./errors/ERR_STORE.md#x)",
    );
    expect(links("[a](../README.md)", "docs/setup.md")).toBe("[a](./overview.md)");
    expect(links("[a](../../docs/cli.md)", "packages/core/README.md")).toBe("[a](../cli.md)");
    expect(links("[a](../biome.json)", "docs/architecture.md")).toBe(
      "[a](https://github.com/jobber-sync/jobber-sync/blob/main/biome.json)",
    );
  });

  it("leaves code, headings of the page and outside links as they are", () => {
    const text = "[a](#b) [c](https://d.example) `[e](../README.md)`\n```md\n[f](setup.md)\n```\n";
    expect(withSiteLinks(text, "docs/setup.md")).toBe(text);
  });
});

describe("deadLinks", () => {
  it("finds links to missing pages, files and headings, and no others", () => {
    const dist = mkdtempSync(join(tmpdir(), "jobber-sync-site-"));
    onTestFinished(() => rmSync(dist, { recursive: true, force: true }));
    const page = (path: string, html: string) => {
      mkdirSync(dirname(join(dist, path)), { recursive: true });
      writeFileSync(join(dist, path), html);
    };
    page(
      "index.html",
      '<h1 id="top"></h1><a href="/base/guide/one#two">a</a><a href="/base/guide/">b</a><a href="#top">c</a><a href="https://other.example/x">d</a><link rel="x" href="/base/style.css">',
    );
    page("style.css", "");
    page("guide/index.html", '<a href="./one#three">e</a><a href="../gone">f</a>');
    page("guide/one.html", '<h2 id="two"></h2><a href="/other/base">g</a><img src="/base/no.png">');
    expect(deadLinks(dist, "/base/").sort()).toEqual([
      "/guide/index.html: ../gone leads nowhere",
      "/guide/index.html: /guide/one.html has no #three",
      "/guide/one.html: /base/no.png leads nowhere",
      "/guide/one.html: /other/base leads nowhere",
    ]);
  });
});
