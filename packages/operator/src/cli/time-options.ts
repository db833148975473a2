import { type AskedClocks, type Clock, clockNames, type Clocks, longestClock, longestDeadline } from "@tasuki/protocol";
import { InvalidArgumentError, Option } from "commander";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration as a person types it: `90s`, `15m`, `2h`, `1d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count = "", unit = ""] = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const each = units[unit];
  return each === undefined ? undefined : Number(count) * each;
}

/** Option that sets one clock of every stage of a run, and may be given for each of the four. Commander calls it once for each. */
export const clockOption = (): Option =>
  new Option("--clock <name=time>", "a clock of each stage, as startToClose=2h; may be given again").argParser(
    (text: string, before: AskedClocks | undefined): AskedClocks | undefined => {
      const [name = "", given = ""] = text.split("=", 2);
      const known = clockNames.find((one) => one === name);
      if (known === undefined) throw new InvalidArgumentError(`A clock is one of ${clockNames.join(", ")}, as startToClose=2h.`);
      const milliseconds = parseDuration(given);
      if (milliseconds === undefined || milliseconds < 1 || milliseconds > longestClock)
        throw new InvalidArgumentError(`${known} takes a time from 1ms to 14d: 90s, 15m, 2h, 1d.`);
      return { ...before, [known satisfies keyof Clocks]: milliseconds };
    },
  );

/** Option that says by when a run is wanted: a time, or how long from now. Its value is RFC 3339, UTC. */
export const deadlineOption = ({ clock }: { readonly clock: Pick<Clock, "now"> }): Option =>
  new Option(
    "--deadline <time>",
    "by when the run is wanted: 2h from now, or 2026-12-24T18:00Z; nothing is refused for being late",
  ).argParser((text: string): string => {
    const ahead = parseDuration(text);
    const at = ahead === undefined ? toTime(text) : clock.now() + ahead;
    if (at === undefined)
      throw new InvalidArgumentError("A time with its zone, as 2026-12-24T18:00Z, or how long from now: 90s, 15m, 2h, 1d.");
    if (at <= clock.now()) throw new InvalidArgumentError(`${new Date(at).toISOString()} has passed.`);
    if (at > clock.now() + longestDeadline) throw new InvalidArgumentError("A time at most 366 days ahead.");
    return new Date(at).toISOString();
  });

function toTime(text: string): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : at;
}
