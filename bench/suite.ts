/** One line of the report. */
export interface Figure {
  readonly what: string;
  /** The measured value with its unit, for people. */
  readonly value: string;
  /** The spread, and further values of the same measurement. */
  readonly detail?: string;
  /** The budget for the value. */
  readonly budget?: string;
}

/** A benchmark of something whole. It cleans up after itself. */
export interface Suite {
  readonly name: string;
  readonly what: string;
  measure(): Promise<readonly Figure[]>;
}

/** Writes milliseconds for people. */
export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
}

/** Writes a rate for people. */
export function perSecond(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)}/s`;
}

/** Writes a share for people. */
export function percent(value: number): string {
  return `${(value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0)} %`;
}
