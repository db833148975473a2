import type { Logger } from "@tasuki/protocol";

interface LoggerDeps {
  /** Gets each line; without it, nothing is written. */
  readonly onLog: ((line: string) => void) | undefined;
  /** Milliseconds since the simulation began. */
  readonly now: () => number;
}

/** Logger of a node, with the simulated time in seconds. */
export function simulatedLogger(role: string, { onLog, now }: LoggerDeps): Logger {
  const write = (level: string) => (fields: object, message: string) => {
    if (onLog === undefined) return;
    const shown = Object.entries(fields).map(
      ([name, value]) => `${name}=${value instanceof Error ? describeError(value) : JSON.stringify(value)}`,
    );
    onLog(`${(now() / 1000).toFixed(3).padStart(9)} ${level} ${role}: ${message} ${shown.join(" ")}`);
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function describeError(error: Error): string {
  return `${error.message}${error.cause instanceof Error ? ` <- ${describeError(error.cause)}` : ` ${error.stack?.split("\n").slice(1, 4).join(" ")}`}`;
}
