import { isTasukiError } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { createExecutor } from "./create-executor.ts";

const command = { kind: "command", name: "tool", argv: ["/usr/bin/python3", "/opt/tool.py", "{workdir}"] };

/** Complaint about a configuration, as its operator reads it; the executor's name where there is none. */
function complaint(config: unknown): string {
  try {
    return createExecutor(config, { environment: { HOME: "/root" }, work: { module: "file:///work.ts", producer: "embedded/1" } }).name;
  } catch (error) {
    if (!isTasukiError(error)) throw error;
    return (error.details.unmet ?? []).map(({ path, expected, got }) => `${path}: ${expected}: ${got}`).join("; ");
  }
}

test("the executor's name is what receipts call the producer", () => {
  expect(complaint({ kind: "embedded" })).toBe("embedded/1");
  expect(complaint({ ...command, env: { pass: ["HOME"] } })).toBe("command:tool");
});

test.for([
  [{ kind: "magic" }, /^executor\.kind: /],
  [{ kind: "embedded", model: "x" }, /^executor: no key "model"/],
  [{ ...command, argv: ["python3", "x.py"] }, /^executor\.argv\.0: an absolute path, such as "\/usr\/bin\/python3": "python3"$/],
  [{ ...command, argv: [] }, /^executor\.argv/],
  [{ ...command, argv: ["/bin/sh", "--dir={workdir}"] }, /^executor\.argv\.1: \{workdir\} as an element of its own/],
  [{ ...command, argv: ["{workdir}"] }, /^executor\.argv\.0: /],
  [{ ...command, shell: true }, /^executor: no key "shell"/],
  [{ ...command, timeoutMs: "20m" }, /^executor\.timeoutMs: .*"20m"$/],
  [{ ...command, env: { set: { TASUKI_RUN: "x" } } }, /^executor\.env\.set.*TASUKI_/],
  [{ ...command, env: { pass: ["API_KEY"] } }, /^executor\.env\.pass: a variable of the node's environment: API_KEY, which is not set$/],
  [undefined, /^executor: /],
] as const)("%j is refused, with the place and what to write", ([config, expected]) => {
  expect(complaint(config)).toMatch(expected);
});

test("the message alone tells an operator what to write", () => {
  expect(() => createExecutor({ kind: "command", name: "tool", argv: ["python3", "x.py"] })).toThrow(
    `executor.argv.0: expected an absolute path, such as "/usr/bin/python3", got "python3". Write an executor such as {"kind": "embedded"} or {"kind": "command", "name": "my-tool", "argv": ["/usr/bin/python3", "/opt/my_tool.py"]}.`,
  );
});
