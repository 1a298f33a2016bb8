// Every page in every state: what it is called, where it is, whose it is, and what is done there first.
import { ADA, invite, people, receiver, submissions, webhooks } from "./scene.mjs";

const fill = async (page, values) => { for (const [name, value] of Object.entries(values)) await page.fill(`[name="${name}"]`, value); };
const send = async (page, label) => { await Promise.all([page.waitForLoadState("load"), page.getByRole("button", { name: label, exact: true }).click()]); };

/** A marketplace, and its pages in an order in which each is in the state it is named for. `ready` comes before the rest. */
export async function gather() {
  const scene = await people();
  const { server, ada, eve, vic } = scene;
  const link = await invite(server, "acme", "new@acme.example", "member");
  const before = [
    { name: "review-clear", path: "/review", as: eve },
    { name: "webhooks-empty", path: "/settings/webhooks", as: ada },
  ];
  const ready = async () => {
    const { first, update, refused, agent } = await submissions(scene);
    const told = await webhooks(scene);
    const { url } = await receiver();
    const hook = (webhook, rest = "") => `/settings/webhooks/${webhook.id}${rest}`;
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
      { name: "webhooks", path: "/settings/webhooks", as: ada },
      { name: "webhooks-not-allowed", path: "/settings/webhooks", as: vic },
      { name: "webhook-new", path: "/settings/webhooks/new", as: ada },
      { name: "webhook-new-refused", path: "/settings/webhooks/new", as: ada, first: async (page) => { await fill(page, { url: "http://10.0.0.1/", description: "Ours" }); await send(page, "Make the webhook"); } },
      { name: "webhook-made", path: "/settings/webhooks/new", as: ada, first: async (page) => { await fill(page, { url }); await page.check('[value="component.rated"]'); await send(page, "Make the webhook"); } },
      { name: "webhook-active", path: hook(told.active), as: ada },
      { name: "webhook-active-figures", path: hook(told.active), as: ada, first: (page) => page.getByText("The figures").first().click() },
      { name: "webhook-failing", path: hook(told.bad), as: ada },
      { name: "webhook-disabled", path: hook(told.disabled), as: ada },
      { name: "webhook-paused", path: hook(told.paused, "?status=delivered"), as: ada },
      { name: "webhook-nothing-yet", path: hook(told.empty), as: ada },
      { name: "webhook-recovered", path: hook(told.bad), as: ada, first: (page) => send(page, "Recover") },
      { name: "webhook-rotated", path: hook(told.paused), as: ada, first: (page) => send(page, "Rotate the secret") },
      { name: "webhook-edit", path: hook(told.bad, "/edit"), as: ada },
      { name: "webhook-delivered", path: hook(told.active, `/deliveries/${told.first.id}`), as: ada },
      { name: "webhook-tried", path: hook(told.bad, `/deliveries/${told.tried.id}`), as: ada },
      { name: "submission-without-reason", path: `/review/${agent}`, as: eve, first: async (page) => { await page.check('[value="reject"]'); await send(page, "Decide"); } },
    ];
  };
  return { scene, before, ready };
}
