import { createHash } from "node:crypto";
import { type Check, findRefused, type Refusal } from "../check.ts";

const json: readonly [string, string] = ["Content-Type", "application/json"];
/** The digest of bytes that no node has, so that a task with it waits for an upload that never comes. */
const absent = createHash("sha256").update("the bytes of tasuki conformance, which nobody uploads").digest("hex");
const attachment = (name: string, more: object = {}) => ({ name, contract: "source@1", size: 1, sha256: absent, ...more });
const post = (body: string, codes?: readonly string[], target = "/task"): Refusal => ({
  request: { method: "POST", target, headers: [json], body },
  ...(codes && { codes }),
});

/** File names that lead out of a folder, or stand for something else than they seem. */
const badNames = (trap: string): readonly string[] => [
  "../../../../etc/passwd",
  "..\\..\\windows\\win.ini",
  "/etc/passwd",
  "C:\\autoexec.bat",
  "\\\\host\\share\\x",
  "....//....//x.md",
  "%2e%2e%2fx.md",
  `${trap}/S1.md`,
  "file:///etc/passwd",
  "S1.md:stream",
  "S1.md\u0000.txt",
  "S1.md\r\nX-Injected: 1",
  "\u202Edm.1S",
  "S\u200B1.md",
  "S1.md ",
  "S1.md.",
  ".S1.md",
  "-rf",
  "$(touch x).md",
  "`id`.md",
  "S1.md; id",
  "CON",
  "nul.txt",
  "Ｓ1.md",
  "S01.md",
  "x".repeat(300),
];

export const names: Check = {
  name: "names",
  claim: "a file's name is part of its contract: paths, URLs and other names are refused, and none is repaired",
  run: ({ probe, trap, may }) => {
    const inTask = may.task ? ["name_invalid", "unknown_artifact", "contract_violation", "malformed_message"] : ["not_granted"];
    const boundary = "tasuki-conformance";
    const form = (name: string): Refusal => ({
      request: {
        method: "POST",
        target: "/upload",
        headers: [["Content-Type", `multipart/form-data; boundary=${boundary}`]],
        body: `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name.replaceAll('"', "%22")}"\r\n\r\n# x\r\n--${boundary}--\r\n`,
      },
    });
    const contracts = [
      "../../etc/passwd",
      "/etc/passwd",
      `${trap}/`,
      "run@1/../../x",
      "__proto__",
      "constructor",
      "source%00",
      "run@99",
      "nothing",
    ];
    return findRefused(
      probe,
      [
        ...badNames(trap).map((name) => post(JSON.stringify({ kind: "run", brief: "What?", attachments: [attachment(name)] }), inTask)),
        ...badNames(trap).map(form),
        ...contracts.map((contract) => ({
          request: {
            method: "POST",
            target: `/upload?contract=${contract}`,
            headers: [["Content-Type", "application/octet-stream"] as const],
            body: "x",
          },
        })),
        ...["../../etc/passwd", `${trap}/`, "x", "0"].map((id) => ({
          request: { target: `/status?run=${encodeURIComponent(id)}` },
          codes: may.status ? ["malformed_request"] : ["not_granted"],
        })),
        ...["../../../etc/passwd", `${trap}/`].map((after) => ({
          request: { target: `/status?run=01936b1c-0000-7000-8000-000000000001&include=artifacts&after=${encodeURIComponent(after)}` },
          codes: may.status ? ["malformed_request", "not_found"] : ["not_granted"],
        })),
      ],
      may.task && may.upload ? undefined : "the caller may not send tasks or files here, so most were refused for that",
    );
  },
};

export const commands: Check = {
  name: "commands",
  claim: "no message chooses a program, a path or an address: whatever it says, nothing is called and nothing is followed",
  run: ({ probe, trap, may }) => {
    const wishes = {
      url: trap,
      callback: `${trap}/callback`,
      next: `${trap}/next`,
      roster: { main: { url: trap } },
      to: "main",
      command: ["/bin/sh", "-c", "id"],
      argv: ["/bin/sh"],
      executor: { kind: "command", name: "x", argv: ["/bin/sh"] },
      cwd: "/",
      path: "/etc/passwd",
      env: { LD_PRELOAD: "/tmp/x.so" },
      __proto__: { isAdmin: true },
    };
    const text = `What is ${trap}/brief? <img src="${trap}/x"> ![](${trap}/y) <!DOCTYPE x [<!ENTITY e SYSTEM "${trap}/e">]> \${jndi:ldap://${new URL(trap).host}/a}`;
    const task = (more: object): string =>
      JSON.stringify({ kind: "run", brief: text, attachments: [attachment("S1.md", { label: trap })], ...more });
    const envelope = JSON.stringify({
      envelope: { payload: Buffer.from(task(wishes)).toString("base64"), payloadType: "application/vnd.tasuki.task+json", signatures: [] },
    });
    // Unknown keys pass between programs, because machines never upgrade at once: such a task is right up to the bytes that it lacks. What a person
    // writes by hand is refused for them.
    const codes = may.task ? ["attachments_missing"] : ["not_granted"];
    const byHand = may.task ? ["malformed_message"] : ["not_granted"];
    const tracing: readonly (readonly [string, string])[] = [
      ["X-Callback-Url", trap],
      ["Link", `<${trap}>; rel=preload`],
      ["Location", trap],
      ["X-Original-URL", "/operator/runs"],
      ["X-Rewrite-URL", "/operator/runs"],
      ["X-HTTP-Method-Override", "DELETE"],
      ["traceparent", trap],
    ];
    return findRefused(
      probe,
      [
        post(task({}), codes),
        post(task(wishes), byHand),
        post(envelope, codes, "/trpc/task"),
        ...tracing.map((header) => ({ request: { method: "POST", target: "/task", headers: [json, header], body: task({}) }, codes })),
        ...Object.entries(wishes).map(([name, value]) => post(task({ [name]: value }), byHand)),
      ],
      may.task ? undefined : "the caller may send no run here, so each was refused for that",
    );
  },
};

export const syntax: Check = {
  name: "syntax",
  claim: "what is not exactly one JSON message in UTF-8 is refused, whatever it is instead",
  run: ({ probe, may }) => {
    const codes = may.task ? ["malformed_message", "malformed_request"] : ["malformed_message", "malformed_request", "not_granted"];
    const bodies = [
      "",
      " ",
      "null",
      "true",
      "0",
      '"run"',
      "[]",
      "{}",
      "[[]]",
      "{",
      '{"kind":"run"',
      '{"kind":"run"}{"kind":"run"}',
      '{"kind":"run",}',
      "{'kind':'run'}",
      '{"kind":"run","brief":NaN}',
      '{"kind":"run","brief":Infinity}',
      '\uFEFF{"kind":"run"}',
      '{"kind":"run"}\u0000',
      '{"kind":["run"]}',
      '{"kind":{"toString":"run"}}',
      '{"kind":"RUN"}',
      '{"kind":"exec","command":"id"}',
      '{"__proto__":{"kind":"run"}}',
      '{"constructor":{"prototype":{"kind":"run"}}}',
      `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
      `{"kind":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      "<task/>",
      "kind=run",
    ];
    const bytes = [Buffer.from([0x7b, 0xff, 0x7d]), Buffer.from([0xc0, 0xae]), Buffer.from('{"kind":"run"}', "utf16le")];
    return findRefused(probe, [
      ...bodies.map((body) => post(body, codes)),
      ...bodies.map((body) => post(body, codes, "/trpc/task")),
      ...bytes.map((body) => ({ request: { method: "POST", target: "/task", headers: [json], body }, codes })),
    ]);
  },
};
