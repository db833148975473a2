import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { promisify } from "node:util";
import type { ControlKind } from "./control-server.ts";

const execute = promisify(execFile);

/** Finds what this machine lacks for a real tailnet: an empty list where it can carry one. */
export async function findMissing(control: ControlKind): Promise<readonly string[]> {
  const missing: string[] = [];
  if (process.platform !== "linux") return ["Linux"];
  if (process.getuid?.() !== 0) missing.push("root (for network namespaces)");
  await access("/dev/net/tun", constants.R_OK | constants.W_OK).catch(() => missing.push("/dev/net/tun"));
  await execute("ip", ["-V"]).catch(() => missing.push("ip (Debian's iproute2)"));
  await execute("go", ["version"]).catch(() => missing.push("go (to build tailscaled and its control server)"));
  if (control === "headscale") await execute("headscale", ["version"]).catch(() => missing.push("headscale on PATH"));
  if (missing.length > 0) return missing;
  const probe = `tasuki-${process.pid}-probe`;
  try {
    await execute("ip", ["netns", "add", probe]);
    await execute("ip", ["-n", probe, "tuntap", "add", "dev", "tun0", "mode", "tun"]);
  } catch (error) {
    missing.push(
      `the right to make network namespaces with a TUN device (${error instanceof Error ? error.message.trim() : String(error)})`,
    );
  } finally {
    await execute("ip", ["netns", "delete", probe]).catch(() => undefined);
  }
  return missing;
}
