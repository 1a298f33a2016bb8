// Every page in every state: what it is called, where it is, whose it is, and what is done there first.
import { ADA, invite, people, submissions } from "./scene.mjs";

const fill = async (page, values) => { for (const [name, value] of Object.entries(values)) await page.fill(`[name="${name}"]`, value); };
const send = async (page, label) => { await Promise.all([page.waitForLoadState("load"), page.getByRole("button", { name: label, exact: true }).click()]); };

/** A marketplace, and its pages in an order in which each is in the state it is named for. `ready` comes before the rest. */
export async function gather() {
  const scene = await people();
  const { server, ada, eve } = scene;
  const link = await invite(server, "acme", "new@acme.example", "member");
  const before = [{ name: "review-clear", path: "/review", as: eve }];
  const ready = async () => {
    const { first, update, refused, agent } = await submissions(scene);
    return [
      { name: "home", path: "/" },
      { name: "home-signed-in", path: "/", as: ada },
      { name: "docs", path: "/docs/" },
      { name: "docs-page", path: "/docs/CONFIGURATION.md" },
      { name: "login", path: "/login" },
      { name: "login-refused", path: "/login", first: async (page) => { await fill(page, { email: ADA, password: "not this" }); await send(page, "Sign in"); } },
      { name: "signup", path: "/signup" },
      { name: "signup-refused", path: "/signup", first: async (page) => { await fill(page, { tenant_name: "Beta", tenant_id: "admin", name: "Bea", email: "bea@beta.example", password: "beta" }); await send(page, "Make the tenant"); } },
      { name: "reset", path: "/reset" },
      { name: "set-password", path: link.pathname + link.search },
      { name: "set-password-ended", path: "/set-password?token=none" },
      { name: "logout", path: "/logout", as: ada },
      { name: "not-found", path: "/no-such-page" },
      { name: "not-allowed", path: "/review", as: ada },
      { name: "review", path: "/review", as: eve },
      { name: "review-nothing-fits", path: "/review?publisher=nobody", as: eve },
      { name: "review-decided", path: "/review?status=published", as: eve },
      { name: "submission-first", path: `/review/${agent}`, as: eve },
      { name: "submission-update", path: `/review/${update}`, as: eve },
      { name: "submission-approved", path: `/review/${first}`, as: eve },
      { name: "submission-refused", path: `/review/${refused}`, as: eve },
      { name: "submission-without-reason", path: `/review/${agent}`, as: eve, first: async (page) => { await page.check('[value="reject"]'); await send(page, "Decide"); } },
    ];
  };
  return { scene, before, ready };
}
