import type { RunStatus } from "@tasuki/protocol";
import type { RecordedStatus, Violation } from "./history.ts";
import type { ReadHistory } from "./read-history.ts";

/** A closed run: proven by every node over the same bundle, each stage verified, and its files what honest work makes of it. */
export function checkClosing(history: ReadHistory): readonly Violation[] {
  const first = new Map<string, RecordedStatus>();
  const last = new Map<string, RunStatus>();
  for (const status of history.statuses.filter(({ run }) => run.state === "closed")) {
    if (!first.has(status.run.id)) first.set(status.run.id, status);
    last.set(status.run.id, status.run);
  }
  return [
    ...[...first.values()].flatMap((status) => checkProof(history, status)),
    ...[...last.values()].flatMap((run) => checkFiles(history, run)),
  ];
}

/** A caller who is shown a closed run must have been able to see the proof of it then, not later. */
function checkProof({ proving, route }: ReadHistory, { run, sizes }: RecordedStatus): Violation[] {
  const signed = (role: string, state: string): boolean =>
    proving.some(
      (feed) =>
        feed.role === role &&
        feed.read.some(
          ({ own, index }) =>
            index < (sizes === undefined ? Number.MAX_SAFE_INTEGER : (sizes.get(feed.instance) ?? 0)) &&
            own?.says.run === run.id &&
            own.says.state === state &&
            own.statement.subject.some(({ digest }) => digest.sha256 === run.bundle),
        ),
    );
  const without = run.without?.map(({ node }) => node) ?? [];
  const lacking = [
    ...route.filter((role) => !without.includes(role) && !signed(role, "archived")),
    ...(signed("main", "closed") ? [] : ["main"]),
  ];
  return lacking.map((role) => ({
    guarantee: "R4.archived",
    what: `run ${run.id} is shown as closed, and ${role} has not signed its bundle`,
  }));
}

function checkFiles({ expected }: ReadHistory, run: RunStatus): Violation[] {
  const wrong = (what: string): Violation => ({ guarantee: "R4.checked", what: `run ${run.id} is closed, and ${what}` });
  const files = expected?.(run.id);
  return run.stages.flatMap(({ stage, rung, outputs }) => [
    ...(rung === "verified" ? [] : [wrong(`${stage} is '${rung}'`)]),
    ...(files === undefined
      ? []
      : outputs.flatMap(({ name, sha256 }) =>
          files.get(name) === sha256 ? [] : [wrong(`${name} of ${stage} is not what honest work makes`)],
        )),
  ]);
}
