import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { ControlServer } from "./control-server.ts";
import type { Network } from "./open-network.ts";
import { startProcess } from "./start-process.ts";

const person = "ops@example.com";

/** Starts the `headscale` on PATH (0.29), with its own database, keys and DERP server. Machines join with one-off keys that have their tags. */
export async function startHeadscale(
  { network, folder }: { readonly network: Network; readonly folder: string },
  policyFile: string,
): Promise<ControlServer> {
  const url = `http://${network.hub}:8080`;
  const state = join(folder, "headscale");
  await mkdir(state);
  const config = join(state, "config.json");
  await writeFile(config, JSON.stringify(configOf(network.hub, { url, state, policyFile })));
  const headscale = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("headscale", ["-c", config, ...args])).stdout.trim();

  const started = startProcess(network.inside("hub", ["headscale", "-c", config, "serve"]), {});
  const died = started.ended.then((code) => Promise.reject(new Error(`headscale ended with ${code}:\n${started.output()}`)));
  died.catch(() => undefined);
  // The first command is tried until it succeeds: headscale's socket exists a moment before it answers.
  while (!(await headscale("users", "list").catch(() => undefined))) await Promise.race([delay(50), died]);
  await headscale("users", "create", "ops", "--email", person);
  return {
    pid: started.pid,
    url,
    // TS_DEBUG_USE_DERP_HTTP makes tailscaled speak plain http to headscale's DERP server.
    env: { TS_DEBUG_USE_DERP_HTTP: "1" },
    async joining({ tags }) {
      const owner = tags.length === 0 ? ["--user", "1"] : ["--tags", tags.join(",")];
      const key = (await headscale("preauthkeys", "create", ...owner, "--expiration", "10m")).split("\n").at(-1);
      return [`--auth-key=${key}`];
    },
    check: async (file) => void (await headscale("policy", "check", "-f", file)),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** Configuration in which nothing leads out: no foreign DERP map, no check for a newer version, no logs sent, no name server. */
function configOf(hub: string, { url, state, policyFile }: { url: string; state: string; policyFile: string }): object {
  return {
    server_url: url,
    listen_addr: `${hub}:8080`,
    metrics_listen_addr: "",
    grpc_listen_addr: "127.0.0.1:50443",
    noise: { private_key_path: join(state, "noise.key") },
    prefixes: { v4: "100.64.0.0/24", v6: "fd7a:115c:a1e0::/64", allocation: "sequential" },
    derp: {
      server: {
        enabled: true,
        region_id: 999,
        region_code: "test",
        region_name: "test",
        verify_clients: true,
        stun_listen_addr: `${hub}:3478`,
        private_key_path: join(state, "derp.key"),
        ipv4: hub,
        automatically_add_embedded_derp_region: true,
      },
      urls: [],
      paths: [],
      auto_update_enabled: false,
    },
    disable_check_updates: true,
    database: { type: "sqlite", sqlite: { path: join(state, "db.sqlite") } },
    policy: { mode: "file", path: policyFile },
    dns: { magic_dns: true, base_domain: "tasuki.test", override_local_dns: false, nameservers: { global: [] } },
    unix_socket: join(state, "headscale.sock"),
    unix_socket_permission: "0700",
    logtail: { enabled: false },
    log: { level: "info" },
  };
}
