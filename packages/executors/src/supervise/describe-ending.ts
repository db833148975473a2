import type { Ending } from "./supervisor.ts";

/** Sentence for people on how a child ended, with the last line that it printed. */
export function describeEnding(ending: Ending, program: string): string {
  const seconds = `after ${(ending.ms / 1000).toFixed(1)} s`;
  const said = lastWords(ending);
  return `${program} ${howItEnded(ending, seconds)}${said === "" ? "" : `; it said: ${said}`}`;
}

/** True where a Node child died because it needed more memory than it may have. */
function isOutOfMemory({ stderr, code, signal }: Ending): boolean {
  return (code !== 0 || signal !== null) && /out of memory|Allocation failed|bad_alloc|Cannot allocate memory/i.test(stderr.tail);
}

function howItEnded(ending: Ending, seconds: string): string {
  if (ending.reason === undefined) {
    if (isOutOfMemory(ending)) return `needed more memory than it may have and died ${seconds}`;
    return ending.signal === null ? `ended with exit code ${ending.code} ${seconds}` : `was killed by ${ending.signal} ${seconds}`;
  }
  switch (ending.reason) {
    case "timed-out":
      return `was not done within its time and was ended ${seconds}`;
    case "stalled":
      return `gave no sign of work for too long and was ended ${seconds}`;
    case "cancelled":
      return `was cancelled ${seconds}`;
    case "output-limit":
      return `printed more than it may and was ended ${seconds}`;
    case "not-started":
      return `can't be started (${ending.errno})`;
  }
}

function lastWords(ending: Ending): string {
  const { stderr, stdout, reason } = ending;
  // The last line of a process without memory is one of its stack.
  if (reason === "not-started" || reason === "cancelled" || isOutOfMemory(ending)) return "";
  const tail = stderr.tail.trim() === "" ? stdout.tail : stderr.tail;
  const line = tail.trim().split("\n").at(-1) ?? "";
  return line.length > 300 ? `…${line.slice(-300)}` : line;
}
