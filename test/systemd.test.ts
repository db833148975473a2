import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFlags } from "@tasuki/node";
import { expect, test } from "vitest";
import { finish, repository, roles } from "./local-relay.ts";

const missing = ((): string => {
  try {
    execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
    return "";
  } catch {
    return ", which this machine can't tell: it lacks systemd-analyze";
  }
})();

test(`systemd takes the unit of every role, and finds it hardened${missing}`, { skip: missing !== "" }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-systemd-"));
  try {
    const unit = await readFile(join(repository, "infra", "systemd", "tasuki@.service"), "utf8");
    for (const role of roles) {
      const path = join(folder, `tasuki@${role}.service`);
      // systemd looks whether the program is there.
      await writeFile(path, unit.replace("/opt/tasuki/node_modules/.bin/node", process.execPath).replaceAll("/opt/tasuki", repository));
      const verified = await finish("systemd-analyze", ["verify", path]);
      expect(verified).toEqual({ code: 0, stdout: "", stderr: "" });
      // 0 is locked up, 10 is open; 2 is where systemd still says OK.
      const security = await finish("systemd-analyze", ["security", "--offline=true", "--threshold=20", path]);
      expect(security.code, security.stdout.split("\n").slice(-3).join("\n")).toBe(0);
    }
    expect(unit).not.toContain("0.0.0.0");
    expect(unit).toContain(`/node ${nodeFlags.join(" ")} /`);
    expect(unit).toMatch(/^User=(?!root)/m);
    // The group gets the socket and nothing else, and each attempt a cgroup of its own.
    for (const line of ["UMask=0077", "StateDirectoryMode=0710", "Delegate=yes", "LimitCORE=0"]) expect(unit.split("\n")).toContain(line);
    expect(unit).not.toMatch(/^ProtectControlGroups=/m);
    expect(unit).toMatch(/^After=.*tailscale-online\.target/m);
  } finally {
    await rm(folder, { recursive: true });
  }
});
