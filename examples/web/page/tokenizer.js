import { SentencePieceProcessor } from "@sctg/sentencepiece-js";
import { fetched, Problem } from "./problem.js";
import { fields } from "./protobuf.js";

// Fields of a SentencePiece model, of its pieces, its normalizer and its trainer.
const [PIECES, TRAINER, NORMALIZER] = [1, 2, 3];
const [PIECE, NAME, MODEL_TYPE] = [1, 1, 3];
const WORD = 3; // a model type
const SPACE = "\u2581";

const utf8 = new TextDecoder();

/** A SentencePiece model, with the ids that the toolkit's own tokenizer gives. */
export class Tokenizer {
  /**
   * @param {string} url Of the `.model` file.
   * @returns {Promise<Tokenizer>}
   * @throws {Problem} It is no SentencePiece model.
   */
  static async load(url) {
    const bytes = new Uint8Array(await (await fetched(url)).arrayBuffer());
    try {
      const model = [...fields(bytes)];
      const processor = new SentencePieceProcessor();
      await processor.load(bytes);
      return new Tokenizer(processor, model);
    } catch (error) {
      throw new Problem(`${url} is no whole SentencePiece model: ${error.message}`);
    }
  }

  constructor(processor, model) {
    this.processor = processor;
    /** The pieces of all ids, as they stand in the vocabulary: U+2581 is a space. */
    this.pieces = model.filter(([field]) => field === PIECES).map(([, piece]) => utf8.decode(valueOf(piece, PIECE)));
    const normalizer = model.find(([field]) => field === NORMALIZER)?.[1] ?? new Uint8Array();
    const trainer = model.find(([field]) => field === TRAINER)?.[1] ?? new Uint8Array();
    this.unit = valueOf(trainer, MODEL_TYPE) === WORD ? SPACE : "";
    this.countsUnknown = utf8.decode(valueOf(normalizer, NAME)) === "counts_unknown";
  }

  /**
   * @param {string} text Any string.
   * @returns {number[]} Its ids.
   */
  encode(text) {
    const wellFormed = text.replace(/\p{Surrogate}/gu, "\ufffd\ufffd\ufffd"); // as Python reads what is not UTF-8
    const ids = this.processor.encodeIds(wellFormed);
    return this.countsUnknown ? this.eachUnknown(ids, this.processor.encodePieces(wellFormed)) : ids;
  }

  /** Repeats the id of unknown characters or words, which SentencePiece gives once for several in a row. */
  eachUnknown(ids, pieces) {
    const count = (piece) => (this.unit ? piece.split(this.unit).length - 1 : [...piece].length);
    return ids.flatMap((id, i) => (this.pieces[id] === pieces[i] ? [id] : Array(count(pieces[i])).fill(id)));
  }

  /**
   * @param {number[]} ids
   * @returns {string} Their text; padding, begin and end leave no trace.
   */
  decode(ids) {
    return this.processor.decodeIds(ids);
  }
}

function valueOf(message, wanted) {
  for (const [field, value] of fields(message)) if (field === wanted) return value;
  return undefined;
}
