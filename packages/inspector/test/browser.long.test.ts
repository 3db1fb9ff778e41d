import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { createInspector } from "@jobber-sync/inspector";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE_STRINGS } from "./support/hostile-strings.ts";
import { canary, openInspected } from "./support/open-inspected.ts";

// Debian's: apt-get install chromium. Playwright's own download is another 170 MB.
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
// Set it to look at the pages: they are written there as PNG files.
const SCREENSHOTS = process.env.JOBBER_SYNC_SCREENSHOTS;
const SIZES = [
  { width: 1280, height: 900 },
  { width: 360, height: 780 },
] as const;

describe("the inspector in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
  });
  afterAll(() => browser.close());

  /** Serves an inspector on the loopback, and opens a browser that records what goes wrong. */
  async function open(context: BrowserContextOptions = {}) {
    const inspected = openInspected();
    const inspector = createInspector(inspected.sync, {
      now: inspected.now,
      authorize: () => "grace",
      actions: ["replay", "discard", "resume", "reconcile"],
      logger: { info() {}, warn() {}, error() {} },
    });
    const server = createServer(
      getRequestListener(
        (request, env) =>
          inspector(request, {
            remoteAddress: (env as HttpBindings).incoming.socket.remoteAddress,
          }),
        { overrideGlobalObjects: false },
      ),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const opened = await browser.newContext(context);
    const page = await opened.newPage();
    const wrong: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") wrong.push(message.text());
    });
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("dialog", (dialog) => {
      wrong.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) wrong.push(`outside ${url}`);
    });
    const close = async () => {
      await opened.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return { ...inspected, page, wrong, url: `${origin}/jobber-sync`, close };
  }

  type Opened = Awaited<ReturnType<typeof open>>;

  /** Fills the inspector as a busy backend does. Returns the address of every page. */
  async function fill({ accept, storeJob }: Opened): Promise<readonly string[]> {
    for (let n = 1; n <= 60; n++) await accept(`Z2lkOi8vSm9iYmVyL0pvYi8${n}`);
    const dead = await accept("1", {}, `Handler on["job.updated"] failed: ${canary(3)}`);
    const fields = { title: canary(2), street: canary(4), jobNumber: 1042, status: "scheduled" };
    await storeJob("1", { ...fields, jobberStatus: "upcoming", total: 120, city: "Austin" });
    return [
      "",
      "/deliveries",
      "/deliveries?state=dead&tenant=acme",
      `/deliveries/${dead}`,
      "/records?tenant=acme",
      "/records/acme/job/1",
      "/tenants",
      "/tenants/acme",
    ];
  }

  it.each([true, false])(
    "shows every page with JavaScript %s, without error, outside request or overflow",
    async (javaScriptEnabled) => {
      for (const colorScheme of ["light", "dark"] as const) {
        for (const viewport of SIZES) {
          const opened = await open({ javaScriptEnabled, colorScheme, viewport });
          const { page, url, wrong } = opened;
          for (const [index, path] of (await fill(opened)).entries()) {
            const response = await page.goto(`${url}${path}`);
            expect([path, response?.status()]).toEqual([path, 200]);
            expect(await page.locator("h1").count()).toBe(1);
            if (javaScriptEnabled) expect([path, await overflow(page)]).toEqual([path, 0]);
            await screenshot(page, `${index}-${colorScheme}-${viewport.width}`);
          }
          expect(wrong).toEqual([]);
          await opened.close();
        }
      }
    },
  );

  it("can be used with the keyboard: skip link, navigation, filters, buttons", async () => {
    const opened = await open({ javaScriptEnabled: false });
    const { page, url, inbox } = opened;
    const path = (await fill(opened))[3] ?? "";
    await page.goto(`${url}${path}`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(page.url()).toMatch(/#content$/);
    await page.getByRole("button", { name: "Process again" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("status").waitFor();
    expect(await page.getByRole("status").textContent()).toBe(
      "The delivery will be processed again.",
    );
    expect(await inbox.list({ states: ["dead"] })).toEqual([]);
    await page.goto(`${url}/deliveries`);
    await page.getByLabel("State").selectOption("waiting");
    await page.getByLabel("Object id").fill("1");
    await page.keyboard.press("Enter");
    await page.waitForURL(/state=waiting/);
    expect(await page.locator("tbody tr").count()).toBe(1);
    await opened.close();
  });

  it("names every control, region and table for screen readers", async () => {
    const opened = await open();
    const { page, url } = opened;
    for (const path of await fill(opened)) {
      await page.goto(`${url}${path}`);
      const unnamed = await page.evaluate<readonly string[]>(UNNAMED);
      expect([path, unnamed]).toEqual([path, []]);
    }
    await opened.close();
  });

  it("shows 40 hostile strings as text: topics, ids, keys, titles, errors, bodies", async () => {
    expect(HOSTILE_STRINGS).toHaveLength(40);
    const opened = await open();
    const { page, url, wrong, accept, storeJob } = opened;
    for (const [n, text] of HOSTILE_STRINGS.entries()) {
      const body = new TextEncoder().encode(text);
      const id = `${n} ${text}`.slice(0, 200);
      const sequence = await accept(id, { topic: text, deliveryKey: text, body }, text);
      await storeJob(id, { title: text, jobberStatus: text, instructions: text });
      await page.goto(`${url}/deliveries/${sequence}`);
      await page.getByRole("button", { name: "Show body and error" }).click();
      expect(normal(await page.locator("pre").first().textContent())).toBe(normal(text));
      await page.goto(`${url}/records/acme/job/${encodeURIComponent(id)}`);
      await page.getByRole("button", { name: "Show all values" }).click();
      expect(normal(await page.locator("main").textContent())).toContain(normal(text));
      expect([text, await overflow(page)]).toEqual([text, 0]);
      const filter = encodeURIComponent(text);
      await page.goto(`${url}/deliveries?topic=${filter}&object=${filter}&tenant=${filter}`);
      await page.goto(`${url}/records?tenant=${filter}`);
    }
    await page.goto(`${url}/deliveries`);
    await page.goto(`${url}/tenants/acme`);
    expect(wrong).toEqual([]);
    await opened.close();
  }, 300_000);

  it("shows none of 40 canaries on any page until asked", async () => {
    const opened = await open();
    const { page, url, accept, storeJob } = opened;
    const paths = [...(await fill(opened))];
    for (let n = 0; n < 40; n++) {
      const body = new TextEncoder().encode(canary(n));
      const sequence = await accept(`job-${n}`, { body }, canary(n));
      const personal = ["title", "instructions", "street", "city", "postalCode", "extra"];
      const name = personal[n % personal.length] ?? "title";
      await storeJob(`job-${n}`, { [name]: name === "extra" ? { note: canary(n) } : canary(n) });
      paths.push(`/deliveries/${sequence}`, `/records/acme/job/job-${n}`);
    }
    for (const path of paths) {
      await page.goto(`${url}${path}`);
      expect([path, (await page.content()).includes("canary-")]).toEqual([path, false]);
    }
    await page.getByRole("button", { name: "Show all values" }).click();
    expect(await page.content()).toContain(canary(39));
    await opened.close();
  });
});

/** Returns by how many pixels a page is wider than its window. */
function overflow(page: Page): Promise<number> {
  // As text, because these programs are compiled without the types of a browser.
  return page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

/** Lists controls, tables and navigations that a screen reader could not name. */
const UNNAMED = `[...document.querySelectorAll("input:not([type=hidden]), select, button, table, nav")]
  .filter((element) => {
    const label = element.closest("label")?.textContent?.trim();
    const caption = element.querySelector("caption")?.textContent?.trim();
    const own = element.tagName === "BUTTON" ? element.textContent?.trim() : "";
    return !(label || caption || own || element.getAttribute("aria-label"));
  })
  .map(({ outerHTML }) => outerHTML.slice(0, 80))`;

/** Parsing HTML turns line endings into line feeds. */
function normal(text: string | null): string {
  return (text ?? "").replaceAll("\r\n", "\n");
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
