import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";

const sidebar = JSON.parse(readFileSync(new URL("sidebar.json", import.meta.url), "utf8"));

/** Returns the anchor that GitHub derives from a heading, so that links work in both places. */
function githubAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

export default defineConfig({
  title: "jobber-sync",
  description:
    "Receive Jobber webhooks in a Node.js backend and keep its Job and Contact records in sync",
  srcDir: ".content",
  cleanUrls: true,
  // The project page of GitHub Pages; JOBBER_SYNC_BASE changes it.
  base: process.env.JOBBER_SYNC_BASE ?? "/jobber-sync/",
  // An icon of its own would be one more request.
  head: [["link", { rel: "icon", href: "data:," }]],
  lastUpdated: false,
  markdown: {
    anchor: { slugify: githubAnchor },
    config(md) {
      const fence = md.renderer.rules.fence;
      md.renderer.rules.fence = (tokens, index, options, env, self) => {
        const token = tokens[index];
        if (token?.info.trim() !== "mermaid" || fence === undefined)
          return fence?.(tokens, index, options, env, self) ?? "";
        const source = encodeURIComponent(token.content);
        return `<MermaidDiagram source="${source}"><pre>${md.utils.escapeHtml(token.content)}</pre></MermaidDiagram>`;
      };
    },
  },
  themeConfig: {
    sidebar,
    nav: [
      { text: "Start", link: "/start/express" },
      { text: "Guide", link: "/guide" },
      { text: "Reference", link: "/reference/" },
    ],
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: "https://github.com/jobber-sync/jobber-sync" }],
    footer: { message: "MIT licence. Not affiliated with Jobber." },
  },
});
