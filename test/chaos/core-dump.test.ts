import { createPrivateKey } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isClosed, openChaosRelay } from "./chaos-relay.ts";

/** True where a crash leaves its core in the folder that the process stands in (core(5)). */
const leavesCores =
  existsSync("/proc/sys/kernel/core_pattern") && execFileSync("cat", ["/proc/sys/kernel/core_pattern"]).toString().trim() === "core";

// guarantees: R8.no-cores
test.skipIf(!leavesCores)(
  "the core of a node that crashes has none of its private keys (skipped where a crash leaves no core in its folder)",
  { timeout: 120_000 },
  async () => {
    await using relay = await openChaosRelay();
    const cores = join(relay.data, "cores");
    await mkdir(cores);
    for (const role of ["main", "nano", "jp"] as const) await relay.node(role).start();
    await relay.node("sg").start({ CHAOS_PREFIX: `env --chdir=${cores} prlimit --core=unlimited` });
    // It has signed with its keys.
    await relay.until((await relay.run("# Does it crash?\n")).run, isClosed);
    relay.node("sg").kill("SIGSEGV");
    await relay.node("sg").ended();
    expect(relay.node("sg").last().signal).toBe("SIGSEGV");
    const secrets = await Promise.all(
      (await readdir(join(relay.folder("sg"), "keys"))).map(async (name) => {
        const pem = await readFile(join(relay.folder("sg"), "keys", name), "utf8");
        const { d = "" } = createPrivateKey(pem).export({ format: "jwk" });
        return [Buffer.from(d, "base64url"), Buffer.from(pem.split("\n")[1] ?? "")];
      }),
    );
    const dumped = await Promise.all((await readdir(cores)).map((name) => readFile(join(cores, name))));
    console.log(`${dumped.length} cores of ${dumped.map(({ length }) => length).join()} bytes`);
    expect(dumped).toHaveLength(1);
    expect(secrets.flat().map((secret) => dumped.some((core) => core.includes(secret)))).toEqual(secrets.flat().map(() => false));
  },
);
