/**
 * Yields the fields of a protocol buffer message, as far as a SentencePiece model needs it.
 * @param {Uint8Array} bytes
 * @yields {[number, number|Uint8Array]} Number of the field, and its value: of a varint the number, of a length-delimited field its bytes.
 * @throws {RangeError} The message is cut short or none.
 */
export function* fields(bytes) {
  let at = 0;

  function varint() {
    for (let value = 0, factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError("the message is cut short");
  }

  function skipped(size) {
    if (size > bytes.length - at) throw new RangeError("the message is cut short");
    at += size;
    return bytes.subarray(at - size, at);
  }

  const readers = { 0: varint, 1: () => skipped(8), 2: () => skipped(varint()), 5: () => skipped(4) };
  while (at < bytes.length) {
    const key = varint();
    const reader = readers[key % 8];
    if (!reader) throw new RangeError(`no field has the type ${key % 8}`);
    yield [Math.floor(key / 8), reader()];
  }
}
