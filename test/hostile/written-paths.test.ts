// Paths that the nodes write to while they are asked for other paths, as the kernel sees it.
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { expect, test } from "vitest";
import { startHostileRelay } from "./hostile-relay.ts";
import { describeViolation, storm } from "./storm.ts";
import { writtenPaths } from "./written-paths.ts";

const canTrace = ((): boolean => {
  try {
    execFileSync("strace", ["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
const calls =
  "open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,truncate,chmod,fchmodat";

test("a trace is read as it is written", () => {
  const trace = [
    '12 openat(AT_FDCWD</a>, "b/c", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0440) = 20</a/b/c>',
    '12 openat(AT_FDCWD</a>, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 20</etc/hosts>',
    '12 mkdir("/a/d", 0777) = -1 EEXIST (File exists)',
    '13 link("/a/b", "/a/e") = 0',
    "13 +++ exited with 0 +++",
  ].join("\n");
  expect(writtenPaths(trace)).toEqual(["/a/b/c", "/a/b", "/a/e"]);
});

test.runIf(canTrace)(
  "whatever paths and names are sent, a node writes to its own data folder, its own cgroups and its own dump filter only (skipped where there is no strace)",
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "tasuki-trace-"));
    const trace = join(folder, "trace");
    try {
      await using relay = await startHostileRelay([
        "strace",
        // A file for each process: lines of two in one file may be mixed.
        "-ff",
        "--seccomp-bpf",
        "-qq",
        "-y",
        "-s",
        "4096",
        "-A",
        "-o",
        trace,
        "-e",
        `trace=${calls}`,
      ]);
      const { violations } = await storm(relay, { requests: 1_200, seed: 31, only: ["targets", "messages", "forms", "uploads"] });
      expect(violations.map(describeViolation)).toEqual([]);
      await relay.stop();
      const traces = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
      const paths = traces.flatMap(writtenPaths);
      const isOwn = (path: string): boolean => ["main", "sg"].some((role) => path.startsWith(relay.data(role) + sep));
      expect(paths.filter(isOwn).length).toBeGreaterThan(20);
      // The cgroups in which a node's attempts run have names of its own making.
      const isCgroup = (path: string): boolean =>
        /^\/sys\/fs\/cgroup\/([^/]+\/)*tasuki-[0-9a-z-]+(\.[0-9a-z-]+)*(\/cgroup\.[a-z]+)?$/.test(path);
      // The filter of a core dump of the node itself (core(5)).
      const isDumpFilter = (path: string): boolean => path === "/proc/self/coredump_filter";
      expect([...new Set(paths.filter((path) => !isOwn(path) && !isDumpFilter(path) && !isCgroup(path) && path !== "/dev/null"))]).toEqual(
        [],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
