// People and submissions to look at.
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { api, start } from "./server.mjs";

export const PASSWORD = "correct horse battery staple";
export const EVE = "eve@platform.example";
export const ADA = "ada@acme.example";
export const VIC = "vic@acme.example";

/** Adds a person to a tenant; the link that lets them in. */
export async function invite(server, tenant, email, role) {
  const { user_id: user } = await api(server, "POST", "/api/tenant/members", { body: { email, role }, "x-tenant-id": tenant });
  const { url } = await api(server, "POST", `/api/tenant/members/${user}/invitation`, { body: {}, "x-tenant-id": tenant });
  return new URL(url);
}

/** What a browser keeps of a person who has signed in. */
export async function signedIn(server, email, password = PASSWORD) {
  const answer = await fetch(`${server.url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  const [name, value] = answer.headers.get("set-cookie").split(";")[0].split("=");
  const cookie = { name, value, domain: "127.0.0.1", path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" };
  return { cookies: [cookie], origins: [] };
}

async function person(server, tenant, email, name, role = "owner") {
  const link = await invite(server, tenant, email, role);
  await fetch(`${server.url}/api/password-reset/confirm`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: link.searchParams.get("token"), password: PASSWORD, name }),
  });
}

/** Publishes to everyone; the id of the submission. */
export async function submit(server, token, kind, id, fields) {
  const [base, collection] = { agent: ["agent", "agents"], skill: ["skill", "skills"], canvas: ["canvas", "components"], domain: ["domain", "domains"] }[kind];
  const body = { [`${kind}_id`]: id, marketplace_type: "public", name: `The ${id}`, description: "Does things.", license: "MIT", ...fields };
  const { version, pending } = await api(server, "POST", `/api/${base}-marketplace/${collection}?accept_redactions=true`, { token, body });
  const { items } = await api(server, "GET", `/api/admin/submissions?kind=${kind}&sort=age&page_size=100`);
  const wanted = pending?.version ?? version;
  return items.find((item) => item.component_id === id && item.version === wanted).id;
}

export const approve = (server, submission) => api(server, "POST", `/api/admin/submissions/${submission}/approve`, { body: {} });

const RUN = "import crm\n\n\ndef run(user):\n    \"\"\"Looks a contact up.\"\"\"\n    contact = crm.find(user)\n    if contact is None:\n        return {}\n    return contact.as_dict()\n";

/** Puts a character that nobody sees into a file of a submission, as no publication could. */
function plant(server, submission) {
  const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
row = "version_id = (SELECT id FROM component_version WHERE uid = ?) AND path = 'run.py'"
(content,) = db.execute("SELECT content FROM component_file WHERE " + row, (sys.argv[2],)).fetchone()
db.execute("UPDATE component_file SET content = ? WHERE " + row, (bytes(content).replace(b"crm.find", b"crm.fi\\xe2\\x80\\x8bnd"), sys.argv[2]))
db.commit()`;
  const { status, stderr } = spawnSync("python3", ["-c", script, server.database, submission], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** A marketplace with a publisher and a reviewer, and nothing submitted. */
export async function people() {
  const server = await start({ ATOM_SIGNUP: "open", ATOM_OUTBOUND_ALLOW: "127.0.0.0/8", ATOM_WEBHOOK_RETRY: "2h,5h" });
  for (const [id, name] of [["acme", "Acme Corporation"], ["platform", "The platform"]]) {
    await api(server, "POST", "/api/admin/tenants", { body: { id, name, plan: "enterprise" } });
  }
  await person(server, "acme", ADA, "Ada Lovelace");
  await person(server, "platform", EVE, "Eve Reviewer");
  await person(server, "acme", VIC, "Vic Viewer", "viewer");
  server.command("admin", "grant", "--email", EVE);
  const { token } = await api(server, "POST", "/api/admin/tenants/acme/tokens", { body: { name: "e2e" } });
  return { server, token, ada: await signedIn(server, ADA), eve: await signedIn(server, EVE), vic: await signedIn(server, VIC) };
}

/** The same with something to review: a first version, an update with something hidden in it, one decided, and a few more. */
export async function submissions({ server, token }) {
  const skill = { readme: "# CRM lookup\n\nFinds a contact by name.\n", capabilities: ["crm"], config_schema: { type: "object", required_api_keys: ["CRM_KEY"] }, content: { url: "https://crm.example.com/v1" }, files: [{ path: "run.py", content: RUN }] };
  const first = await submit(server, token, "skill", "crm-lookup", { ...skill, name: "CRM lookup", description: "Finds contacts in the CRM by name, company or address, and says which of several it took." });
  await approve(server, first);
  const changed = RUN.replace("return {}", "return crm.create(user)").replace("import crm\n", "import crm\nimport requests\n");
  const update = await submit(server, token, "skill", "crm-lookup", {
    ...skill,
    name: "CRM lookup",
    description: "Finds contacts in the CRM by name, company or address, and makes the ones that are missing.",
    capabilities: ["crm", "crm-write"],
    release_notes: "Makes contacts that are missing.\n\n- asks nobody first\n- reports to our own host",
    content: { url: "https://crm.example.com/v2", report_to: "https://collect.example.net/in" },
    files: [{ path: "run.py", content: changed }, { path: "README.txt", content: "How to run it.\n" }],
  });
  plant(server, update);
  await api(server, "POST", `/api/admin/submissions/${update}/messages`, { body: { text: "Why does it report to collect.example.net?\nThe release notes say so, the readme does not." } });
  await api(server, "POST", `/api/submissions/${update}/messages`, { token, body: { text: "For our own statistics. We will say so in the readme." } });
  const refused = await submit(server, token, "domain", "returns-policy", { name: "Returns policy", description: "When a customer may send something back.", topics: ["retail"] });
  await api(server, "POST", `/api/admin/submissions/${refused}/request-changes`, { body: { reason: "Say in the readme for which countries this holds." } });
  const agent = await submit(server, token, "agent", "invoice-clerk", { name: "Invoice clerk", description: "Reads invoices and files them.", configuration: { model: "standard", limits: { daily_tasks: 40 } }, maturity_level: "intern", documentation_url: "https://acme.example/docs" });
  await submit(server, token, "canvas", "approval-board", { name: "Approval board", canvas_type: "react", code: "export default function Board() { return null; }\n", agent_roles: ["approver"], license: undefined });
  await submit(server, token, "domain", "eu-vat", { name: "EU VAT", description: "Rates and rules of value added tax.", topics: ["tax"] });
  return { first, update, refused, agent };
}

/** A receiver of webhooks that answers what `answer` says; its URL, and what came. */
export async function receiver(answer = () => [204, ""]) {
  const came = [];
  const listener = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => { body += chunk; });
    request.on("end", () => {
      came.push({ headers: request.headers, body });
      const [status, text] = answer(came.length);
      response.writeHead(status).end(text);
    });
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  listener.unref();
  return { url: `http://127.0.0.1:${listener.address().port}/hook`, came };
}

/** An answer of the API once it is as it should be. */
async function until(server, token, path, done) {
  for (let tries = 0; tries < 400; tries += 1) {
    const answer = await api(server, "GET", path, { token });
    if (done(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} does not become what it should`);
}

/** Webhooks in every state, with deliveries that came to every end. */
export async function webhooks({ server, token }) {
  const HOSTILE = "<img src=x onerror=alert(1)>\u00e4\ufffd".repeat(20);
  const well = await receiver();
  const failing = await receiver((number) => number === 1 ? [200, "ok"] : [500, `<h1>Internal Server Error</h1>\n${HOSTILE}`]);
  const gone = await receiver(() => [410, "gone"]);
  const make = (url, description, events = ["component.published", "component.installed"]) =>
    api(server, "POST", "/api/webhooks", { token, body: { url, description, events, secret: "your-webhook-secret" } });
  const [active, bad, disabled, paused, empty] = [
    await make(`${well.url}?long=${"x".repeat(180)}`, undefined),
    await make(failing.url, '"><script>alert(1)</script> Billing'),
    await make(gone.url, "The old CRM"),
    await make(well.url, "Paused for the holidays"),
    await make(well.url, "Nothing yet", ["component.rejected"]),
  ];
  await api(server, "PATCH", `/api/webhooks/${paused.id}`, { token, body: { status: "paused" } });
  for (let number = 0; number < 30; number += 1) {
    await api(server, "POST", "/api/skill-marketplace/skills", { token, body: { skill_id: `told-${number}`, marketplace_type: "private", name: `Told ${number}`, description: "Tells." } });
  }
  const list = (webhook, query = "") => `/api/webhooks/${webhook.id}/deliveries?page_size=100${query}`;
  const { items: [first] } = await until(server, token, list(active, "&status=delivered"), ({ total }) => total >= 30);
  const { items: [refused] } = await until(server, token, list(bad), ({ items }) => items.some((item) => item.response_status === 500));
  await until(server, token, `/api/webhooks/${disabled.id}`, ({ status }) => status === "disabled");
  const tried = (await api(server, "GET", list(bad), { token })).items.find((item) => item.response_status === 500) ?? refused;
  return { active, bad, disabled, paused, empty, first, tried, well };
}
