// Every page, light, dark and narrow, as pictures in `screenshots/`, to be looked at.
import { mkdirSync } from "node:fs";
import { WAYS, launch, open } from "./lib/browser.mjs";
import { gather } from "./lib/pages.mjs";

const folder = new URL("screenshots/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const [browser, { scene, before, ready }] = await Promise.all([launch(), gather()]);

async function shoot(pages) {
  for (const { name, path, as, first } of pages) {
    for (const way of ["light", "dark", "narrow"]) {
      const { page, context } = await open(browser, WAYS[way], as);
      await page.goto(scene.server.url + path);
      await first?.(page);
      await page.screenshot({ path: `${folder}${name}-${way}.png`, fullPage: true });
      await context.close();
    }
  }
}

await shoot(before);
await shoot(await ready());
await browser.close();
await scene.server.stop();
console.log(folder);
