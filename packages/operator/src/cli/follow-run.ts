import type { RunStatus } from "@tasuki/protocol";
import type { OperatorClient } from "../api/operator-client.ts";
import { outcomeOf, type RunOutcome } from "../render/outcome.ts";
import { toChanges } from "../render/run-changes.ts";
import { toProgress } from "../render/run-progress.ts";
import type { Cli } from "./cli.ts";

const redrawMs = 100;

export interface Followed {
  /** The last status that came; undefined where Ctrl-C ended the watching before the first. */
  readonly status: RunStatus | undefined;
  /** The outcome of the run; undefined where Ctrl-C ended the watching. */
  readonly outcome: RunOutcome | undefined;
}

/** Follows a run until it ends, needs a person, or Ctrl-C. Its progress is on stderr: redrawn on a terminal, else a line for each change. */
export async function followRun(
  cli: Cli,
  {
    client,
    run,
    onStatus,
    isQuiet = false,
  }: { client: OperatorClient; run: string; onStatus?: (status: RunStatus) => void; isQuiet?: boolean },
): Promise<Followed> {
  const isLive = !isQuiet && cli.stderr.isTTY === true && cli.env.isLive;
  let status: RunStatus | undefined;
  let isLost = false;
  const draw = (): void => {
    if (status === undefined) return;
    const width = cli.stderr.columns ?? 80;
    const lines = toProgress(status, { now: cli.clock.now(), width: width - 1, style: cli.messageStyle });
    cli.redraw(isLost ? [...lines, cli.messageStyle.warn("  main does not answer; waiting for it")] : lines);
  };
  const timer = isLive ? setInterval(draw, redrawMs) : undefined;
  try {
    const onState = (state: "connected" | "lost"): void => {
      const was = isLost;
      isLost = state === "lost";
      if (isLive) draw();
      else if (!isQuiet && was !== isLost) cli.say(isLost ? "main does not answer; waiting for it" : "main answers again");
    };
    for await (const next of client.watch(run, { signal: cli.signal, onState })) {
      if (!isLive && !isQuiet) for (const line of toChanges(status, next)) cli.say(line);
      status = next;
      onStatus?.(next);
      if (isLive) draw();
      if (outcomeOf(next) !== undefined) break;
    }
  } finally {
    clearInterval(timer);
    if (isLive) draw();
  }
  return { status, outcome: status && outcomeOf(status) };
}
