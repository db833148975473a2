import { constants } from "node:fs";

/**
 * Flags that open a file for reading, and nothing else that has its name: no link is followed, and no pipe is waited for. Where somebody else
 * could write. (Node takes a number here, though its types say text.)
 */
export const plainFile = (constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK) as unknown as string;
