import type { StormReport } from "./kill-storm.ts";

/** Report of what a storm did and left, in lines for people. */
export function toReport({ kills, struck, missed, runs, closed, violations, healedMs, ms }: StormReport): string[] {
  const of = (...ids: readonly string[]): number =>
    violations.filter(({ guarantee }) => ids.some((id) => guarantee.startsWith(`${id}.`))).length;
  const anywhere = Object.entries(struck).reduce((sum, [name, times]) => (name.endsWith("anywhere") ? sum + times : sum), 0);
  return [
    `${kills} kills in ${seconds(ms)}: ${kills - anywhere} at failpoints, ${anywhere} anywhere; ${closed} of ${runs} runs closed, the last ${seconds(healedMs)} after the last kill`,
    `lost ${of("R1")}, completed twice ${of("R2")}, false rungs ${of("R3")}, false closes ${of("R4")}, other ${violations.length - of("R1", "R2", "R3", "R4")}`,
    ...(missed.length === 0 ? ["every failpoint struck"] : [`never struck: ${missed.join(", ")}`]),
    ...violations.slice(0, 20).map(({ guarantee, what }) => `${guarantee}: ${what}`),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
