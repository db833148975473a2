import { conclusionOf, type RunConclusion, type RunStatus } from "@tasuki/protocol";
import type { OperatorClient } from "../api/operator-client.ts";
import { toChanges } from "../render/run-changes.ts";
import { mainNote, noteOf, toProgress } from "../render/run-progress.ts";
import type { Cli } from "./cli.ts";

const redrawMs = 100;

export interface Followed {
  /** The last status that came; undefined where Ctrl-C ended the watching before the first. */
  readonly status: RunStatus | undefined;
  /** The conclusion of the run; undefined where Ctrl-C ended the watching. */
  readonly conclusion: RunConclusion | undefined;
}

export interface FollowRunOptions {
  readonly client: Pick<OperatorClient, "watch">;
  readonly run: string;
  readonly onStatus?: (status: RunStatus) => void;
  /** Called once, when every stage is verified: the final text can be read, though the run is not closed yet. Nothing is drawn meanwhile. */
  readonly onVerified?: (status: RunStatus) => Promise<void>;
  readonly isQuiet?: boolean;
  /** Milliseconds without a change after which what is waited for is said again; each time twice as long, up to 5 minutes. */
  readonly quietMs?: number;
}

/** Follows a run until it ends, needs a person, or Ctrl-C. Its progress is on stderr: redrawn on a terminal, else a line for each change. */
export async function followRun(
  cli: Cli,
  { client, run, onStatus, onVerified, isQuiet = false, quietMs = 10_000 }: FollowRunOptions,
): Promise<Followed> {
  const isLive = !isQuiet && cli.stderr.isTTY === true && cli.env.isLive;
  let status: RunStatus | undefined;
  let isLost = false;
  let isHeld = false;
  let isVerified = false;
  const draw = (): void => {
    if (status === undefined || isHeld) return;
    const width = cli.stderr.columns ?? 80;
    const lines = toProgress(status, { now: cli.clock.now(), width: width - 1, style: cli.messageStyle });
    cli.redraw(isLost ? [...lines, cli.messageStyle.warn("  main does not answer; waiting for it")] : lines);
  };
  const reminder = isLive || isQuiet ? undefined : startReminder(quietMs, () => status && cli.say(toWaiting(status, cli.clock.now())));
  const timer = isLive ? setInterval(draw, redrawMs) : undefined;
  const verified = async (next: RunStatus): Promise<void> => {
    isVerified = true;
    isHeld = true;
    if (isLive) cli.redraw([]);
    await onVerified?.(next);
    isHeld = false;
  };
  try {
    const onState = (state: "connected" | "lost"): void => {
      const was = isLost;
      isLost = state === "lost";
      if (isLive) draw();
      else if (!isQuiet && was !== isLost) cli.say(isLost ? "main does not answer; waiting for it" : "main answers again");
    };
    for await (const next of client.watch(run, { signal: cli.signal, onState })) {
      const news = isLive || isQuiet ? [] : toChanges(status, next, cli.clock.now());
      for (const line of news) cli.say(line);
      if (news.length > 0) reminder?.again();
      status = next;
      onStatus?.(next);
      if (isLive) draw();
      if (!isVerified && (next.state === "closing" || next.state === "closed")) await verified(next);
      if (conclusionOf(next) !== undefined) break;
    }
  } finally {
    reminder?.stop();
    clearInterval(timer);
    if (isLive) draw();
  }
  return { status, conclusion: status && conclusionOf(status) };
}

/** Things that a run waits for, in one line. */
function toWaiting(status: RunStatus, now: number): string {
  const notes = status.stages.flatMap((stage) => {
    const note = stage.rung === "waiting" || stage.rung === "verified" ? "" : noteOf(status, stage, now);
    return note === "" ? [] : [`${stage.stage} ${note}`];
  });
  return `still waiting: ${notes.length === 0 ? `main ${mainNote(status, now)}` : notes.join("; ")}`;
}

const longestQuietMs = 300_000;

/** Calls back after a time in which nothing was said, and again after twice that, as long as nothing is. */
function startReminder(firstMs: number, remind: () => void): { again(): void; stop(): void } {
  let timer: NodeJS.Timeout;
  const arm = (ms: number): void => {
    timer = setTimeout(() => {
      remind();
      arm(Math.min(ms * 2, longestQuietMs));
    }, ms);
  };
  arm(firstMs);
  const stop = (): void => clearTimeout(timer);
  return {
    stop,
    again() {
      stop();
      arm(firstMs);
    },
  };
}
