import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Programs {
  readonly control: string;
  readonly tailscaled: string;
  readonly tailscale: string;
}

const version = "1.102.3";
const source = join(import.meta.dirname, "control");

/**
 * Features that are left out of the build (about 350 packages: AWS, gVisor, SSH, …), which makes the first build more than twice as fast. A
 * relay's machine needs kernel routing, the LocalAPI with its users told apart, and the command line; testcontrol needs tailnet lock. Without
 * netstack v1.102.3 panics at the first packet that it refuses (net/tstun, invertGSOChecksum). The list is the output of
 * `go run tailscale.com/cmd/featuretags --min --add=osrouter,netstack,health,unixsocketidentity,ipnbus,cli,tailnetlock`.
 */
const omitted =
  "ace acme advertiseexitnode advertiseroutes appconnectors aws bakedroots bird c2n cachenetmap captiveportal capture cliconndiag " +
  "clientmetrics clientupdate cloud colorable completion completion_scripts conn25 dbus debug debugeventbus debugportmapper " +
  "desktop_sessions dns doctor drive flashappliance gro hujsonconf identityfederation iptables kube linkspeed linuxdnsfight " +
  "listenrawdisco logtail netlog networkmanager oauthkey outboundproxy peerapiclient peerapiserver portlist portmapper " +
  "posture qrcodes relayserver remoteconfig resolved routecheck runtimemetrics sdnotify serve serviceclientprefs ssh synology " +
  "syslog syspolicy systray taildrop tap tpm tundevstats useexitnode useproxy usermetrics useroutes wakeonlan webbrowser webclient";
const tags = ["ts_include_cli", ...omitted.split(" ").map((feature) => `ts_omit_${feature}`)].join(",");

/**
 * Builds tailscaled, its command line and the control server from the modules that `control/go.mod` and `go.sum` pin. They are built once, and
 * kept in the user's cache. The build needs Go 1.26 and a Go module proxy.
 */
export async function buildPrograms(onLine: (text: string) => void): Promise<Programs> {
  const folder = join(
    process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
    "tasuki",
    "testbed",
    `${version}-${await digestOfSource()}`,
  );
  const programs = { control: join(folder, "control"), tailscaled: join(folder, "tailscaled"), tailscale: join(folder, "tailscale") };
  if (await isThere(folder)) return programs;
  onLine(`Building tailscaled ${version} and a control server into ${folder}: minutes the first time, then never again.`);
  await mkdir(join(folder, ".."), { recursive: true });
  const building = await mkdtemp(`${folder}.`);
  try {
    const stamp = `-s -w -X tailscale.com/version.shortStamp=${version} -X tailscale.com/version.longStamp=${version}`;
    const flags = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-tags", tags, "-ldflags", stamp, "-o", `${building}/`];
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "" };
    await promisify(execFile)("go", ["build", ...flags, ".", "tailscale.com/cmd/tailscaled"], { cwd: source, env, maxBuffer: 1e8 });
    // The command line is part of tailscaled, which becomes it when it is started as `tailscale`.
    await symlink("tailscaled", join(building, "tailscale"));
    // The rename fails where another process has built the same folder meanwhile.
    await rename(building, folder).catch(async (error: unknown) => {
      if (!(await isThere(folder))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return programs;
}

async function digestOfSource(): Promise<string> {
  const hash = createHash("sha256").update(tags);
  for (const name of (await readdir(source)).sort()) hash.update(name).update(await readFile(join(source, name)));
  return hash.digest("hex").slice(0, 12);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
