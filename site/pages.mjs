// The pages of the site: where each Markdown file of the repository is shown, and the navigation.

/** Files outside docs/ that are pages, by their path in the repository. */
export const OTHER_PAGES = {
  "README.md": "overview.md",
  "SECURITY.md": "security.md",
  "CONTRIBUTING.md": "contributing.md",
  "examples/README.md": "examples.md",
};

/** Returns the path on the site for a file of the repository; `null` if it is no page. */
export function sitePath(file) {
  if (Object.hasOwn(OTHER_PAGES, file)) return OTHER_PAGES[file];
  const readme = /^packages\/([\w-]+)\/README\.md$/.exec(file);
  if (readme !== null) return `packages/${readme[1]}.md`;
  return file.startsWith("docs/") && file.endsWith(".md") ? file.slice("docs/".length) : null;
}

/**
 * Returns the sidebar.
 *
 * @param {{ packages: readonly string[], errors: readonly string[], entries: readonly
 *   { title: string, page: string }[] }} found
 */
export function sidebar({ packages, errors, entries }) {
  const item = (text, link) => ({ text, link });
  return [
    {
      text: "Start here",
      items: [
        item("Overview", "/overview"),
        item("Express", "/start/express"),
        item("Fastify", "/start/fastify"),
        item("Fetch: Hono, Next.js, Workers", "/start/fetch"),
        item("Unit tests only", "/start/unit-tests"),
        item("Connect a real Jobber app", "/setup"),
      ],
    },
    {
      text: "Guides",
      items: [
        item("Command line", "/cli"),
        item("Inspector", "/inspector"),
        item("Testing", "/testing"),
        item("Change feed", "/change-feed"),
        item("Push changes to Jobber", "/push"),
        item("Statuses", "/statuses"),
        item("NestJS, Next.js, Hono", "/frameworks"),
        item("Serverless", "/serverless"),
        item("A queue of your own", "/own-queue"),
        item("Examples", "/examples"),
      ],
    },
    {
      text: "Concepts",
      items: [
        item("How it works", "/how-it-works"),
        item("Records", "/records"),
        item("Architecture", "/architecture"),
        item("Jobber facts", "/jobber-facts"),
      ],
    },
    {
      text: "Operations",
      items: [
        item("Operations", "/operations"),
        item("Metrics and health", "/metrics"),
        item("Erasing personal data", "/erasure"),
        item("Responses", "/responses"),
        item("Security", "/security"),
        item("Benchmarks", "/benchmarks"),
        item("Evidence", "/evidence"),
      ],
    },
    {
      text: "Packages",
      collapsed: true,
      items: packages.map((name) => item(name, `/packages/${name}`)),
    },
    {
      text: "API reference",
      collapsed: true,
      items: [
        item("All entry points", "/reference/"),
        ...entries.map(({ title, page }) => item(title, `/reference/${page}`)),
      ],
    },
    { text: "Errors", collapsed: true, items: errors.map((code) => item(code, `/errors/${code}`)) },
    {
      text: "Project",
      items: [item("Contributing", "/contributing"), item("Licences", "/licences")],
    },
  ];
}
