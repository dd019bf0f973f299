import { limit, nextToken } from "./greedy.js";
import { StaticModel } from "./static_model.js";
import { Tokenizer } from "./tokenizer.js";

const LINE_BREAKS = /[\n-\r\x1c-\x1e\x85\u2028\u2029]+/g;

/** Translates texts, greedily, with the folder `litert` of an exported translator. */
export class Translator {
  /**
   * @param {string} folder Where the files are.
   * @param {Object} description What `model.json` says.
   */
  static async load(folder, description) {
    const names = [description.source.tokenizer, description.target.tokenizer];
    const source = Tokenizer.load(folder + names[0]);
    const target = names[0] === names[1] ? source : Tokenizer.load(folder + names[1]);
    const loaded = await Promise.all([source, target, StaticModel.load(folder + description.static.file)]);
    return new Translator(description, ...loaded);
  }

  constructor(description, sourceTokenizer, targetTokenizer, model) {
    this.description = description;
    this.sourceTokenizer = sourceTokenizer;
    this.targetTokenizer = targetTokenizer;
    this.model = model;
    const [input] = model.inputs("encode");
    this.input = input.name;
    this.positions = input.shape[1];
    /** Most tokens that are read of a text; after them comes the end. */
    this.longest = Math.min(description.max_length, this.positions) - 1;
  }

  /**
   * @param {string} text
   * @param {(translation: string) => Promise<void>} show Called after each token, with the translation so far.
   * @returns {Promise<{translation: string, tokens: number[], pieces: string[], sourcePieces: string[], alignments: ?Float32Array[],
   *   length: number, read: number, lost: string}>} The translation; its tokens, and theirs and the source's pieces; for each token how much
   *   it looked at each piece of the source, null if the model has no attention; how many tokens the text has, how many of them were read,
   *   and the text of the others.
   */
  async answer(text, show) {
    const { source, target, search, alignments } = this.description;
    const ids = this.sourceTokenizer.encode(text);
    const kept = ids.slice(0, this.longest);
    const read = [...kept, source.end_id];
    const decoded = await this.decode(read, limit(search, read.length), show);
    return {
      translation: this.text(decoded.tokens),
      tokens: decoded.tokens,
      pieces: decoded.tokens.map((id) => this.targetTokenizer.pieces[id]),
      sourcePieces: [...kept.map((id) => this.sourceTokenizer.pieces[id]), "(end)"],
      alignments: alignments ? decoded.alignments : null,
      length: ids.length,
      read: kept.length,
      lost: this.sourceTokenizer.decode(ids.slice(kept.length)),
    };
  }

  async decode(read, most, show) {
    const { source, target, search } = this.description;
    const padded = new Int32Array(this.positions).fill(source.pad_id);
    padded.set(read);
    let state = await this.model.run("encode", { [this.input]: padded });
    const tokens = [];
    const alignments = [];
    for (let last = target.begin_id; ; ) {
      const { logits, ...changed } = await this.model.run("step", { ...state, tokens: Int32Array.of(last) });
      state = { ...state, ...changed };
      last = nextToken(logits, tokens, most, search, target);
      if (last === target.end_id) return { tokens, alignments };
      tokens.push(last);
      alignments.push(state.alignment.slice(0, read.length));
      await show(this.text(tokens));
    }
  }

  text(tokens) {
    return this.targetTokenizer.decode(tokens).replace(LINE_BREAKS, " ");
  }
}
