import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** A part of a page. Text inside it was escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The frame that every page shows around its content. */
export interface PageFrame {
  /** Where the inspector is mounted. */
  readonly path: string;
  readonly title: string;
  /** The section that the page belongs to. */
  readonly section: "overview" | "deliveries" | "records" | "tenants" | null;
  /** A sentence about an action that was just done. */
  readonly notice?: string | undefined;
}

const SECTIONS = ["overview", "deliveries", "records", "tenants"] as const;

/** Renders a page. It needs no JavaScript and requests its style sheet only. */
export function renderPage({ path, title, section, notice }: PageFrame, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · jobber-sync</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${path}/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<strong>jobber-sync</strong>
<nav aria-label="Sections"><ul>
${SECTIONS.map((name) => navItem(path, name, name === section))}
</ul></nav>
</header>
<main id="content">
<h1>${title}</h1>
${notice === undefined ? "" : html`<p class="notice" role="status">${notice}</p>`}
${content}
</main>
</body>
</html>`;
}

function navItem(path: string, name: (typeof SECTIONS)[number], current: boolean): Html {
  const href = name === "overview" ? path : `${path}/${name}`;
  const text = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return html`<li>${current ? html`<a href="${href}" aria-current="page">${text}</a>` : html`<a href="${href}">${text}</a>`}</li>`;
}
