// A marketplace of its own for these tests: the program that cargo built, on a fresh directory and a free port.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = process.env.ATOM_MARKETPLACE_BIN ?? new URL("../../target/debug/atom-marketplace", import.meta.url).pathname;

const freePort = () => new Promise((resolve, reject) => {
  const probe = createServer();
  probe.on("error", reject);
  probe.listen(0, "127.0.0.1", () => { const { port } = probe.address(); probe.close(() => resolve(port)); });
});

/** Starts one, with these variables besides. */
export async function start(variables = {}) {
  const directory = mkdtempSync(join(tmpdir(), "atom-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { PATH: process.env.PATH, ATOM_DATA_DIR: directory, ATOM_RATE_ANONYMOUS: "1000000", ATOM_RATE_TOKEN: "1000000", ...variables };
  const child = spawn(PROGRAM, ["serve", "--listen", `127.0.0.1:${port}`], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { output += chunk; });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) break;
    if (child.exitCode !== null || tries > 600) throw new Error(`the server does not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const adminKey = readFileSync(join(directory, "admin.key"), "utf8").trim();
  return {
    url,
    adminKey,
    database: join(directory, "marketplace.db"),
    /** A command of the program on the same directory. */
    command: (...args) => {
      const { status, stdout, stderr } = spawnSync(PROGRAM, args, { env: environment, encoding: "utf8" });
      if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
      return stdout;
    },
    stop: async () => { child.kill("SIGTERM"); await ended; rmSync(directory, { recursive: true, force: true }); },
  };
}

/** Calls the API; anything but success is an error. */
export async function api(server, method, path, { body, token, ...headers } = {}) {
  const credential = token ? { authorization: `Bearer ${token}` } : { "x-admin-key": server.adminKey };
  const answer = await fetch(server.url + path, {
    method,
    headers: { "content-type": "application/json", ...credential, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}
