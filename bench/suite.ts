/** One line of the report. */
export interface Figure {
  readonly what: string;
  /** The measured value with its unit, for people. */
  readonly value: string;
  /** The spread, or what it was measured beside. */
  readonly beside?: string;
  /** The budget that it is held against. */
  readonly budget?: string;
}

/** A benchmark: measures something whole and says what it found. It cleans up after itself. */
export interface Suite {
  readonly name: string;
  readonly what: string;
  run(): Promise<readonly Figure[]>;
}

/** Milliseconds for people. */
export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
}

/** A rate for people. */
export function perSecond(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)}/s`;
}

/** A share for people. */
export function percent(value: number): string {
  return `${(value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0)} %`;
}
