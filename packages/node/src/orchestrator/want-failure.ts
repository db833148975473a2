import { isTasukiError, type Unmet } from "@tasuki/protocol";
import type { FlowEvent, FlowWant } from "@tasuki/flow";

/** True for the failure of a check that says something of the files: its process died, or was not done in time. */
export function isCheckResult(error: unknown): boolean {
  return !isTasukiError(error) || error.code === "internal";
}

/** Event for a want that is given up. */
export function failureOf(want: FlowWant, error: unknown): FlowEvent {
  const reason = error instanceof Error ? error.message : String(error);
  const unmet: Unmet[] = [
    { file: "the check", expected: "a result", got: reason, fix: "mend what the check fails on, or the executor that wrote it" },
  ];
  switch (want.want) {
    case "pull":
      return { is: "pull-failed", stage: want.stage, epoch: want.epoch, reason };
    case "check":
      return { is: "checked", stage: want.stage, epoch: want.epoch, unmet };
    case "send-back":
      return { is: "send-back", stage: want.stage, epoch: want.epoch };
    case "stopped":
      return { is: "ask-stopped", stage: want.stage, epoch: want.epoch };
    case "closing-check":
      return { is: "closing-checked", epoch: want.epoch, unmet, bundle: "" };
  }
}
