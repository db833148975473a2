// Program of a prepared child. It loads the modules that its first job needs, and does what it is given, a job at a time, until its stdin ends: the
// process that started it is gone then, or has no more use for it. Documents are read here, and nowhere where the bus is.
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { createInterface } from "node:readline";
import type { ChildJob, ChildLine, Perform } from "./child-channel.ts";
import { watchLeftovers } from "./leftovers.ts";

const channel = 3;
// Signs of work that are told, milliseconds apart: a job may give one for each sentence.
const progressMs = 50;

const [use, ...modules] = process.argv.slice(2);
// Small buffers are cut from a pool that jobs would share, and another's bytes lie in it.
Buffer.poolSize = 0;
// A module that can't be loaded is told by the job that needs it.
for (const module of modules) await import(module).catch(() => undefined);
const jobs = createInterface({ input: process.stdin });
const leftovers = use === "reused" ? watchLeftovers() : () => [];
// The cache is written now because Node writes it by itself only at an end in order.
flushCompileCache();

function say(line: ChildLine): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(channel, bytes, at);
}

async function perform({ module, request, folder }: ChildJob): Promise<void> {
  say({ begun: true });
  // A child of one job stands in its folder; one of many stands nowhere that a job could change.
  if (use === "once") process.chdir(folder);
  const { perform } = (await import(module)) as { perform: Perform };
  let told = 0;
  const answer = await perform(request, {
    progress(note = "") {
      const now = performance.now();
      if (told !== 0 && now - told < progressMs) return;
      told = now;
      say({ progress: note });
    },
    tell: (value) => say({ told: value }),
  });
  // The last text that a pattern was held against stays readable in `RegExp.input`.
  /(?:)/.exec("");
  flushCompileCache();
  // JSON has no undefined.
  say({ answer: answer ?? null, left: leftovers(), memoryMiB: process.memoryUsage.rss() / 1024 / 1024 });
}

for await (const line of jobs) await perform(JSON.parse(line) as ChildJob);
process.exit(0);
