import { describe, expect, expectTypeOf, it } from "vitest";
import { fromProblem, isTasukiError, Problem, type ProblemCode, problems, TasukiError, toProblem } from "./problem.ts";

const codes = Object.keys(problems) as ProblemCode[]; // the keys of the table are its codes

describe("a problem", () => {
  it.each(codes)("%s comes back from the wire as it was", (code) => {
    const error = new TasukiError(code, "what happened; what to do", {
      unmet: [{ file: "a.md", line: 3, expected: "x", got: "y", fix: "z" }],
      missing: ["0".repeat(64)],
      epoch: 2,
      retryAfter: 5,
    });
    const back = fromProblem(Problem.parse(JSON.parse(JSON.stringify(toProblem(error)))));
    expect(back.code).toBe(code);
    expect(back.message).toBe(error.message);
    expect(back.details).toEqual(error.details);
    expect([back.status, back.retryable]).toEqual([problems[code].status, problems[code].retryable]);
  });

  it("has a status of HTTP, and may be retried only where the request itself is not at fault", () => {
    for (const code of codes) {
      const { status, retryable, title } = problems[code];
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(title).not.toBe("");
      expect(retryable).toBe(status >= 500 || status === 408 || status === 429);
    }
  });

  it("does not tell the wire what an unknown error said", () => {
    const problem = toProblem(new Error("the secret is 1234"));
    expect(problem.code).toBe("internal");
    expect(JSON.stringify(problem)).not.toContain("1234");
    expect(toProblem("a text that was thrown").code).toBe("internal");
  });

  // guarantees: R7.small
  it("is no larger for what was refused: 20 lines that are unmet, and texts of 1,024 characters; digests to upload stand whole", () => {
    const long = "x".repeat(100_000);
    const line = { file: long, path: long, expected: long, got: long, fix: long };
    const missing = Array.from({ length: 2_048 }, (_, at) => String(at).padStart(64, "0"));
    const problem = toProblem(new TasukiError("name_invalid", long, { unmet: Array.from({ length: 10_000 }, () => line), missing }));
    const cut = `${"x".repeat(1_023)}…`;
    expect(problem).toMatchObject({ detail: cut, missing });
    expect(problem.unmet).toEqual(Array.from({ length: 20 }, () => ({ file: cut, path: cut, expected: cut, got: cut, fix: cut })));
  });

  it("keeps its cause, and is recognised by another copy of the code", () => {
    const cause = new Error("disk");
    const error = new TasukiError("disk_full", "no room", { cause });
    expect(error.cause).toBe(cause);
    expect(isTasukiError(error)).toBe(true);
    expect(isTasukiError(cause)).toBe(false);
    expect(isTasukiError({ name: "TasukiError" })).toBe(false);
  });

  it("takes unknown fields from a newer node, and refuses an unknown code", () => {
    const problem = toProblem(new TasukiError("not_found", "nothing"));
    expect(Problem.safeParse({ ...problem, hint: 1 }).success).toBe(true);
    expect(Problem.safeParse({ ...problem, code: "tea_time" }).success).toBe(false);
  });

  it("does not compile with a code that is not in the table", () => {
    expectTypeOf<ProblemCode>().toExtend<string>();
    // @ts-expect-error every code is in the one table
    void new TasukiError("tea_time", "no");
  });
});
