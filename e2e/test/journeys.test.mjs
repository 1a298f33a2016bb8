// What people do, by keyboard alone; and what hostile submissions do to whoever reviews them, which is nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WAYS, launch, open } from "../lib/browser.mjs";
import { PAYLOADS } from "../lib/payloads.mjs";
import { ADA, EVE, PASSWORD, people, receiver, submissions, submit } from "../lib/scene.mjs";
import { api } from "../lib/server.mjs";

let browser;
let scene;
let made;
before(async () => {
  [browser, scene] = await Promise.all([launch(), people()]);
  made = await submissions(scene);
});
after(async () => { await browser?.close(); await scene?.server.stop(); });

/** Presses Tab until the focus is on what `selector` names. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

test("signing in and deciding, by keyboard", async () => {
  const { page, context, troubles } = await open(browser);
  await page.goto(`${scene.server.url}/review/${made.agent}`);
  assert.match(page.url(), /\/login\?next=/);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  await tabTo(page, "#f-email");
  await page.keyboard.type(EVE);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/review\/sub_/);
  await tabTo(page, '[name="verdict"]');
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.value), "request_changes");
  await tabTo(page, "#f-reason");
  await page.keyboard.type("Say which invoices it reads.");
  await tabTo(page, "button.primary");
  await page.keyboard.press("Enter");
  await page.getByText("Changes were requested").waitFor();
  await tabTo(page, "a[href='/review']");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/review$/);
  await tabTo(page, ".name");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/review\/sub_/);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("making a webhook, testing it and sending it again, by keyboard", async () => {
  const { page, context, troubles } = await open(browser);
  const { url, came } = await receiver((number) => number === 1 ? [500, "not yet"] : [204, ""]);
  const press = async (selector) => { await tabTo(page, selector); await page.keyboard.press("Enter"); };
  await page.goto(`${scene.server.url}/settings/webhooks`);
  await tabTo(page, "#f-email");
  await page.keyboard.type(ADA);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/settings\/webhooks$/);
  await press("a[href='/settings/webhooks/new']");
  await page.waitForURL(/\/new$/);
  await tabTo(page, "#f-url");
  await page.keyboard.type(url);
  await tabTo(page, '[value="component.rated"]');
  await page.keyboard.press("Space");
  await press("form button.primary");
  assert.match(await page.locator("#c-secret").textContent(), /^whsec_/);
  await press("main a.primary");
  await page.waitForURL(/\/webhooks\/whk_/);
  await press("#test-event + button");
  await page.waitForURL(/\/deliveries\/dlv_/);
  const shows = async (text) => {
    for (let tries = 0; tries < 100 && !(await page.getByText(text).count()); tries += 1) await page.reload();
    assert.ok(await page.getByText(text).count(), text);
  };
  await shows("the receiver answered 500");
  await shows("not yet");
  // It leads to the page that is there already.
  const again = page.waitForEvent("framenavigated");
  await press("button.primary");
  await again;
  await page.waitForLoadState();
  await shows("Try 2");
  assert.equal(came.length, 2);
  assert.equal(came[0].headers["webhook-id"], came[1].headers["webhook-id"]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a hidden character in an update is there for all to see", async () => {
  for (const way of [WAYS.light, WAYS.plain]) {
    const { page, context } = await open(browser, way, scene.eve);
    await page.goto(`${scene.server.url}/review/${made.update}`);
    const mark = page.locator(".diff mark.unseen");
    assert.equal((await mark.textContent()).trim(), "U+200B zero width space");
    const box = await mark.boundingBox();
    assert.ok(box.width > 20 && box.height > 8, JSON.stringify(box));
    await page.getByText("1 invisible character.").waitFor();
    await context.close();
  }
});

test("a chosen theme stays, and is there before anything is painted", async () => {
  const { page, context } = await open(browser);
  await page.goto(`${scene.server.url}/`);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole("button", { name: "Dark" }).click();
  const dark = await ground();
  assert.notEqual(light, dark);
  await page.addInitScript(() => {
    const seen = [];
    window.seen = seen;
    new MutationObserver(() => { if (document.body && !seen.length) seen.push(document.documentElement.dataset.theme); }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  assert.equal(await ground(), dark);
  assert.deepEqual(await page.evaluate(() => window.seen), ["dark"]);
  await context.close();
});

test(`${PAYLOADS.length} payloads in every field that a stranger fills run nowhere`, async () => {
  const { server, token } = scene;
  const ids = [];
  for (const [at, payload] of PAYLOADS.entries()) {
    const short = payload.slice(0, 60);
    const fields = {
      name: payload.slice(0, 100), description: payload, readme: payload, release_notes: payload, license: payload.slice(0, 100), category: short, tags: [short], capabilities: [short],
      configuration: { [short]: payload, nested: { list: [payload] } }, content: { text: payload }, memory: { heuristics: [{ error_type: short, resolution: payload }] },
      files: [{ path: `files/${at}.md`, content: payload }],
    };
    const id = await submit(server, token, "agent", `hostile-${at}`, fields);
    await api(server, "POST", `/api/submissions/${id}/messages`, { token, body: { text: payload } });
    ids.push(id);
  }
  const { page, context, troubles } = await open(browser, WAYS.light, scene.eve);
  await page.exposeFunction("ran", (what) => troubles.push(`ran: ${what}`));
  for (const [at, id] of ids.entries()) {
    await page.goto(`${server.url}/review/${id}`);
    await page.evaluate(() => { for (const element of document.querySelectorAll("main a, main details")) { element.dispatchEvent(new Event("mouseover")); element.dispatchEvent(new Event("focus")); } });
    const shown = await page.locator("main").textContent();
    assert.ok(shown.includes(PAYLOADS[at].slice(0, 40)), `payload ${at} is not shown as it is`);
    assert.equal(await page.locator("main :is(script, iframe, object, embed, img, base, meta, link, style, math)").count(), 0);
    if (at % 10 === 0) {
      await api(server, "POST", `/api/admin/submissions/${id}/reject`, { body: { reason: PAYLOADS[at] } });
      await page.reload();
    }
  }
  for (const path of ["/review", "/review?sort=age", `/review?publisher=${encodeURIComponent(PAYLOADS[0])}`, `/login?next=${encodeURIComponent(PAYLOADS[1])}`, `/signup?invitation=${encodeURIComponent(PAYLOADS[2])}`, `/set-password?token=${encodeURIComponent(PAYLOADS[3])}`, `/${encodeURIComponent(PAYLOADS[4])}`]) {
    await page.goto(server.url + path);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});
