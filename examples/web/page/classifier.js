import { StaticModel } from "./static_model.js";
import { Tokenizer } from "./tokenizer.js";

const SIGNATURE = "serving_default";

/** Labels texts with the folder `litert` of an exported classifier. */
export class Classifier {
  /**
   * @param {string} folder Where the files are.
   * @param {Object} description What `model.json` says.
   */
  static async load(folder, description) {
    const [tokenizer] = description.tokenizer.split(" "); // what follows the name is a remark
    const loaded = await Promise.all([Tokenizer.load(folder + tokenizer), StaticModel.load(folder + description.static.file)]);
    return new Classifier(description, ...loaded);
  }

  constructor(description, tokenizer, model) {
    this.labels = description.label_names;
    this.padId = description.pad_id;
    this.tokenizer = tokenizer;
    this.model = model;
    const [input] = model.inputs(SIGNATURE);
    this.input = input.name;
    this.positions = input.shape[1];
    /** Most tokens that are read of a text. */
    this.longest = Math.min(description.max_length, this.positions);
  }

  /**
   * @param {string} text
   * @returns {Promise<{labels: {label: string, probability: number}[], length: number, read: number, lost: string}>} All labels, the most
   *   probable first; how many tokens the text has, how many of them were read, and the text of the others.
   */
  async answer(text) {
    const ids = this.tokenizer.encode(text);
    const { kept, lost } = crop(ids, this.longest);
    const tokens = new Int32Array(this.positions).fill(this.padId);
    tokens.set(kept);
    const [probabilities] = Object.values(await this.model.run(SIGNATURE, { [this.input]: tokens }));
    const labels = this.labels.map((label, i) => ({ label, probability: probabilities[i] }));
    labels.sort((a, b) => b.probability - a.probability);
    return { labels, length: ids.length, read: kept.length, lost: this.tokenizer.decode(lost) };
  }
}

/** Drops the middle of a text that is too long: its beginning and its end say more. */
function crop(ids, maxLength) {
  if (ids.length <= maxLength) return { kept: ids, lost: [] };
  const head = Math.floor(maxLength / 2);
  const tail = ids.length - (maxLength - head);
  return { kept: [...ids.slice(0, head), ...ids.slice(tail)], lost: ids.slice(head, tail) };
}
