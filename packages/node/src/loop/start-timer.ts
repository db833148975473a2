/** Longest wait of one timer of Node, milliseconds: a longer one fires after a millisecond. */
export const longestTimer = 2 ** 31 - 1;

/** Starts a timer that calls back after a time of any length, milliseconds. Returns the way to stop it. */
export function startTimer(ms: number, callback: () => void): () => void {
  const arm = (left: number): NodeJS.Timeout =>
    setTimeout(
      () => {
        if (left <= longestTimer) callback();
        else timer = arm(left - longestTimer);
      },
      Math.min(left, longestTimer),
    );
  let timer = arm(ms);
  return () => clearTimeout(timer);
}
