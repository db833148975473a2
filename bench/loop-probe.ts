// Probe that a node of the benchmarks is started with: it answers its parent over IPC how long the event loop was held since the last answer.
import { monitorEventLoopDelay } from "node:perf_hooks";

const resolution = 1;
const delay = monitorEventLoopDelay({ resolution });
delay.enable();
process.on("message", (asked) => {
  if (asked !== "held") return;
  // A message is read before the timer that would notice the hold which it has waited for.
  setTimeout(() => {
    process.send?.({ held: delay.max / 1e6 - resolution });
    delay.reset();
  }, 20);
});
