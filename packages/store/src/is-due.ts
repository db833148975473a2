/**
 * The longest that anything waits for its time, milliseconds. What lies further ahead was timed by a clock that has been set back since,
 * and is due: else a jump of minutes would hold up finished work for as long.
 */
export const longestWaitMs = 120_000;

/** Whether a time (milliseconds since 1970) has come. */
export function isDue(at: number, now: number): boolean {
  return at <= now || at > now + longestWaitMs;
}
