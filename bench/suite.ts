import type { Held } from "./watch-loop.ts";

/** One line of the report. */
export interface Figure {
  readonly what: string;
  /** The measured value with its unit, for people. */
  readonly value: string;
  /** The spread, and further values of the same measurement. */
  readonly detail?: string;
  /** The budget for the value. */
  readonly budget?: string;
  /** True where the value is beyond its budget: the program ends with 1 then. */
  readonly isMissed?: boolean;
}

/** Options of the command line. */
interface Asked {
  /** Commit that the present one is measured beside, where a suite can. */
  readonly baseline?: string;
}

/** A benchmark of something whole. It cleans up after itself. */
export interface Suite {
  readonly name: string;
  readonly what: string;
  /** True for one that runs only where it is named: it installs what nothing else needs, or takes many minutes. */
  readonly isNamed?: true;
  measure(asked: Asked): Promise<readonly Figure[]>;
}

/** Writes milliseconds for people. */
export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
}

/** Figure of how long an event loop was held. Its budget is judged by processor time, which other processes take no part in. */
export function heldFigure(
  what: string,
  { clockMs, cpuMs }: Pick<Held, "clockMs" | "cpuMs">,
  { mostMs, detail }: { mostMs: number; detail: string },
): Figure {
  return {
    what,
    value: ms(cpuMs),
    detail: `${ms(clockMs)} by the clock; ${detail}`,
    budget: `≤ ${mostMs} ms of processor time`,
    isMissed: cpuMs > mostMs,
  };
}

/** Writes a rate for people. */
export function perSecond(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)}/s`;
}

/** Writes a share for people. */
export function percent(value: number): string {
  return `${(value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0)} %`;
}
