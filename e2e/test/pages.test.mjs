// Every page in every state, looked at in every way: no fault of accessibility, no error, nothing from elsewhere, no scrolling sideways.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WAYS, faults, launch, open } from "../lib/browser.mjs";
import { gather } from "../lib/pages.mjs";

let browser;
let gathered;
before(async () => { [browser, gathered] = await Promise.all([launch(), gather()]); });
after(async () => { await browser?.close(); await gathered?.scene.server.stop(); });

async function look(pages, way) {
  const found = [];
  for (const { name, path, as, first } of pages) {
    const opened = await open(browser, WAYS[way], as);
    await opened.page.goto(gathered.scene.server.url + path);
    await first?.(opened.page);
    for (const fault of await faults(opened, way !== "plain")) found.push(`${name}: ${fault}`);
    await opened.context.close();
  }
  assert.deepEqual(found, []);
}

test("the clear queue", async () => { for (const way of Object.keys(WAYS)) await look(gathered.before, way); });

test("every page", { concurrency: 2 }, async (t) => {
  const pages = await gathered.ready();
  await Promise.all(Object.keys(WAYS).map((way) => t.test(way, () => look(pages, way))));
});
