import { existsSync } from "node:fs";

/** Limits that the kernel enforces on a child and its descendants. Source: prlimit(1), setrlimit(2). */
export interface ResourceLimits {
  /** Seconds of processor time. */
  readonly cpu?: number | undefined;
  /** Bytes of one file. */
  readonly fsize?: number | undefined;
  /** Bytes of private writable memory. `as` is not offered: V8 reserves far more address space than it uses, and fails under it. */
  readonly data?: number | undefined;
  /** Open files. */
  readonly nofile?: number | undefined;
}

const places = ["/usr/bin/prlimit", "/bin/prlimit"];

/** True where this machine can enforce resource limits: Linux with util-linux. */
export function canLimit(): boolean {
  return places.some((place) => existsSync(place));
}

/** Command line of `argv` under limits; `argv` itself where nothing is limited or the machine has no prlimit. */
export function toLimitedArgv(argv: readonly string[], limits: ResourceLimits): readonly string[] {
  const prlimit = places.find((place) => existsSync(place));
  const options = Object.entries(limits).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return prlimit === undefined || options.length === 0 ? argv : [prlimit, ...options, "--", ...argv];
}
