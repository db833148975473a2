import type { Socket } from "node:net";

/** How long a client may go on sending on a connection that has been closed to it, and how long it may pause meanwhile. */
const lingerMs = 20_000;
const pauseMs = 1_000;

/**
 * Lets the last answer of a connection arrive. A socket that is closed while bytes come in is reset, and a reset can overtake the answer;
 * so it is half-closed first, and what still comes is dropped until the client ends, too (RFC 9112, section 9.6). Node closes by
 * `destroySoon`, in HTTP and elsewhere, and knows no other way.
 */
export function lingerOnClose(socket: Socket): void {
  let isClosing = false;
  socket.destroySoon = () => {
    if (isClosing) return;
    isClosing = true;
    if (socket.readableEnded || socket.destroyed) return endAndDestroy(socket);
    // Not to the parser any more: no request is taken from a connection that ends.
    const timers = [lingerMs, pauseMs].map((ms) => setTimeout(() => socket.destroy(), ms).unref());
    socket.removeAllListeners("data").on("data", () => void timers[1]?.refresh());
    socket.resume();
    socket.once("end", () => endAndDestroy(socket)).once("close", () => timers.forEach((timer) => clearTimeout(timer)));
    socket.end();
  };
}

function endAndDestroy(socket: Socket): void {
  if (socket.writableFinished) return void socket.destroy();
  socket.once("finish", () => socket.destroy());
  socket.end();
}
