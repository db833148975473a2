import type { Report } from "./worker.ts";

/** A simulation in which something did not hold. */
interface Failed {
  readonly seed: number;
  readonly roles: number;
  /** Guarantees that did not hold; "crash" where the simulation itself broke off. */
  readonly guarantees: readonly string[];
}

/** Sums up simulations. */
export interface Tally {
  /** Adds a report. Returns what went wrong, and the command that shows it again; undefined where everything held. */
  add(report: Report): string | undefined;
  failed(): readonly Failed[];
  summary(): string;
}

const shownAtMost = 5;

export function createTally(): Tally {
  const began = performance.now();
  const failed: Failed[] = [];
  const sums = { simulations: 0, simulatedMs: 0, events: 0, exchanges: 0 };
  const runs: Record<string, number> = {};
  const faults: Record<string, number> = {};
  const addAll = (to: Record<string, number>, from: Readonly<Record<string, number>>): void => {
    for (const [name, count] of Object.entries(from)) to[name] = (to[name] ?? 0) + count;
  };
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ");

  return {
    add(report) {
      sums.simulations += 1;
      if (!("crash" in report)) {
        const { outcome } = report;
        sums.simulatedMs += outcome.simulatedMs;
        sums.events += outcome.events;
        sums.exchanges += outcome.exchanges;
        addAll(runs, outcome.runs);
        addAll(faults, outcome.faults);
        if (outcome.violations.length === 0) return undefined;
      }
      const { seed, roles } = "crash" in report ? report : report.outcome;
      const said = "crash" in report ? [{ guarantee: "crash", what: report.crash }] : report.outcome.violations;
      failed.push({ seed, roles, guarantees: [...new Set(said.map(({ guarantee }) => guarantee))] });
      const shown = said.slice(0, shownAtMost).map(({ guarantee, what }) => `  ${guarantee}: ${what}`);
      const more = said.length > shownAtMost ? [`  and ${said.length - shownAtMost} more`] : [];
      return [
        `seed ${seed} failed:`,
        ...shown,
        ...more,
        `  see it again: pnpm sim ${report.pool > 1 ? `--pool ${report.pool} ` : ""}${report.late ? "--late " : ""}${mixOf(report)}--log --seeds 1 --nodes ${roles + 1} --from ${seed}`,
      ].join("\n");
    },
    failed: () => failed,
    summary() {
      const seconds = (performance.now() - began) / 1000;
      const days = sums.simulatedMs / 86_400_000;
      return [
        `${sums.simulations} simulations in ${seconds.toFixed(1)} s (${(sums.simulations / seconds).toFixed(1)}/s), ${failed.length} failed`,
        `${days.toFixed(1)} days simulated, ${sums.events} events, ${sums.exchanges} answers; runs: ${list(runs)}`,
        `faults: ${list(faults)}`,
      ].join("\n");
    },
  };
}

/** Option for what was more than the seed brings. */
function mixOf({ mix }: Pick<Report, "mix">): string {
  const more = Object.entries(mix).map(([fault, amount]) => `${fault}=${JSON.stringify(amount)}`);
  return more.length === 0 ? "" : `--mix ${more.join(",")} `;
}
