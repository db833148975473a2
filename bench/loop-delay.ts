// Preloaded into a node's process (`--import`): how long its event loop was held at most, from when it has started to its end.
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { z } from "zod";
import { watchLoop } from "./watch-loop.ts";

const startMs = 3_000;
if (isMainThread) {
  const { BENCH_LOOP: file } = z.object({ BENCH_LOOP: z.string() }).parse(process.env);
  const loop = watchLoop();
  setTimeout(() => loop.take(), startMs).unref();
  process.once("exit", () => writeFileSync(file, JSON.stringify(loop.take())));
}
