/** The largest blob that is small: its row holds its bytes, so that the commit which records it makes it durable. Bytes. */
export const smallBlob = 64 * 1024;

/** A blob that a commit brings. Without `bytes` it is a large one, whose file was published before. */
export interface NewBlob {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** `name@version` of the contract that it passed. */
  readonly contract?: string;
  /** Content of a small blob (`smallBlob`), which has that digest and size. */
  readonly bytes?: Uint8Array;
}

/** A small blob that a commit brings. */
export type SmallBlob = NewBlob & Required<Pick<NewBlob, "bytes">>;

/**
 * Bytes on their way in: hashed, under no digest yet. Those of a small blob are in memory, those of a large one in a temporary file, which disposing
 * before `publish` removes.
 */
export interface StagedBlob extends AsyncDisposable {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Content of a small blob. */
  readonly bytes?: Uint8Array;
  /** Reads the staged bytes back. */
  read(): Promise<Buffer>;
  /** Makes the file of a large blob durable under its digest (fsync of file and folder). A small one becomes durable with its row. */
  publish(): Promise<void>;
}

/**
 * Content-addressed bytes. Those of a small blob are in its row, and its file is made of them when somebody needs one; those of a large one are in a
 * file. Every read hashes them again, so that a caller never gets bytes of another digest. Whether a blob is here says its row, in the store.
 */
export interface Blobs {
  /** Streams bytes to memory, or to a temporary file where they are many. Rejects with `too_large` beyond `maxBytes`; nothing is left then. */
  stage(bytes: AsyncIterable<Uint8Array>, limit: { readonly maxBytes: number }): Promise<StagedBlob>;
  /** Rejects with `digest_mismatch` where the bytes on the disk have changed, and with `not_found` where there are none. */
  read(sha256: string): Promise<Buffer>;
  /** Streams the bytes of a digest, for sending. The stream fails like `read`, before its last chunk is handed out. */
  stream(sha256: string): AsyncIterable<Uint8Array>;
  /**
   * Path of a file with the bytes, to give it other names; a small blob's is made of its row where it is missing, or was cut short by a loss of power.
   * It is a picture of that row, which no fsync has made durable.
   */
  fileOf(sha256: string): Promise<string>;
  /** Moves changed bytes to `blobs/changed/`, for people to look at. */
  moveChanged(sha256: string): Promise<void>;
  /** Copies the bytes (a link would let an executor change them) to a new file. Rejects like `read`, and leaves no file then. */
  copyTo(sha256: string, path: string): Promise<void>;
}
