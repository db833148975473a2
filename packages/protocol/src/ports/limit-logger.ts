import type { Clock, Logger } from "./executor.ts";

/** Lines of a minute. What honest nodes give cause for is less. */
const perMinute = 30;
const minuteMs = 60_000;

/**
 * Logger of what one peer gives cause to say: at most 30 lines a minute, whatever it does. The first line of a later minute says in `unsaid` how many
 * were left out.
 */
export function limitLogger(logger: Logger, clock: Pick<Clock, "monotonic">): Logger {
  let window = { since: -Infinity, said: 0 };
  const limited =
    (level: keyof Logger): Logger["info"] =>
    (fields, message) => {
      const now = clock.monotonic();
      const before = window;
      if (now - before.since >= minuteMs) window = { since: now, said: 0 };
      window.said += 1;
      if (window.said > perMinute) return;
      const unsaid = window === before ? 0 : Math.max(0, before.said - perMinute);
      logger[level]({ ...fields, ...(unsaid > 0 && { unsaid }) }, message);
    };
  return { debug: limited("debug"), info: limited("info"), warn: limited("warn"), error: limited("error") };
}
