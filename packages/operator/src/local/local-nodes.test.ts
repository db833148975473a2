import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { checkPorts } from "./local-nodes.ts";

test("a port that is taken is named before any node is started, with a way out", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const node = { role: "sg", data: "/data/sg", port, url: "" };
  await expect(checkPorts([node])).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringMatching(new RegExp(`Port ${port}, for sg.*--port-base \\d+`)),
  });
  server.close();
  await once(server, "close");
  await checkPorts([node]);
});
