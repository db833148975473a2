// Probe that a node of the benchmarks is started with: it answers its parent over IPC how long the event loop was held since the last answer.
import { watchLoop } from "./watch-loop.ts";

const loop = watchLoop();
process.on("message", (asked) => {
  if (asked !== "held") return;
  // A message is read before the timer that would notice the hold which it has waited for.
  setTimeout(() => process.send?.({ held: loop.take() }), 20);
});
