import { openLimitedCgroup } from "../limited-cgroup.ts";
import { runDemo } from "../run-demo.ts";
import { type Figure, ms, type Suite } from "../suite.ts";

const limits = { processors: 1, memoryMiB: 1024 };

export const small: Suite = {
  name: "small",
  what: "`tasuki demo` in a cgroup of one processor and 1 GiB: all nodes, their children and the command, on documents of the dependencies",
  async measure() {
    const found = await openLimitedCgroup(limits);
    if (typeof found === "string") return [{ what: "the whole relay", value: "SKIPPED", detail: `no cgroup can be made here: ${found}` }];
    await using cgroup = found;
    const { code, startMs, closeMs } = await runDemo((argv) => cgroup.enclose(argv));
    const { peakMiB, killed } = await cgroup.usage();
    const figure = (what: string, value: string, rest: Partial<Figure> = {}): Figure => ({ what, value, ...rest });
    return [
      figure("the demo", code === 0 ? "closed" : `ended with ${code}`, { budget: "closed", isMissed: code !== 0 }),
      figure("from its start to healthy nodes", ms(startMs)),
      figure("from healthy nodes to the closed run", ms(closeMs)),
      figure("memory at most, page cache included", `${peakMiB.toFixed(0)} MiB`, {
        detail: `${killed} processes killed for want of it`,
        budget: `${limits.memoryMiB} MiB, none killed`,
        isMissed: killed > 0,
      }),
    ];
  },
};
