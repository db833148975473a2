#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { makeCompileCacheFolder } from "./cli/compile-cache-folder.ts";

// The compile cache comes before everything else is loaded: to compile that is most of the time of a short command.
const compiled = makeCompileCacheFolder();
if (compiled !== undefined) enableCompileCache(compiled);
const [{ systemClock }, { readEnv }, { loadRelay, repository }, { runCli }] = await Promise.all([
  import("@tasuki/node"),
  import("./cli/env.ts"),
  import("./local/repository.ts"),
  import("./commands/run-cli.ts"),
]);

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    // A second signal is from somebody who does not want to wait.
    if (stopped.signal.aborted) process.exit(130);
    stopped.abort();
  });
// A reader that has seen enough (`tasuki ls | head`) is no failure.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await runCli(process.argv.slice(2), {
  env: readEnv(process.cwd()),
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  signal: stopped.signal,
  relay: () => loadRelay(repository),
});
