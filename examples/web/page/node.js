/**
 * What the SentencePiece library takes from Node.js, for the browser: there a file is its bytes, so `processor.load(bytes)` reads them.
 */

export const readFileSync = (bytes) => bytes;
export const Buffer = undefined;
