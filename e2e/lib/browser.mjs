// Debian's chromium, and what is looked for on every page.
import { existsSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

/** How a page is looked at. */
export const WAYS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { colorScheme: "light", viewport: { width: 320, height: 700 } },
  plain: { colorScheme: "light", javaScriptEnabled: false },
};

/** Opens the browser. */
export function launch() {
  const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("there is no chromium: install Debian's package, or name the program in CHROMIUM");
  // Within a container chromium cannot make its own sandbox; it sees no page but ours.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"] });
}

/** A page that keeps account of what goes wrong on it. */
export async function open(browser, way = WAYS.light, state) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...way, storageState: state });
  const page = await context.newPage();
  const troubles = [];
  page.on("console", (message) => {
    // The status of an error page is no fault of the page.
    if (["error", "warning"].includes(message.type()) && !/status of (4|5)\d\d/.test(message.text())) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("dialog", (dialog) => { troubles.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    const elsewhere = new URL(request.url());
    if (elsewhere.protocol.startsWith("http") && elsewhere.hostname !== "127.0.0.1") troubles.push(`asks elsewhere: ${request.url()}`);
  });
  return { page, context, troubles };
}

/** What is wrong with a page as it stands. axe is a script: it looks at pages that may run one. */
export async function faults({ page, troubles }, withScript = true) {
  const found = [...troubles];
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  if (wide > room) found.push(`scrolls sideways: ${wide} in ${room}`);
  if (withScript) {
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    for (const { id, help, nodes } of violations) found.push(`${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }
  return found;
}
