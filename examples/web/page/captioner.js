import { PictureModel } from "./picture_model.js";

/** Describes pictures in a sentence, greedily. */
export class Captioner extends PictureModel {
  /**
   * @param {Picture} picture
   * @returns {Promise<{words: string[], attention: ?Float32Array[], pixels: Uint8ClampedArray, side: number}>} The words; for each how much
   *   the model looked at each place of a grid over the picture, null if it has no attention; and what it has seen.
   */
  async answer(picture) {
    const { pixels, found } = await this.look(picture);
    const { numbers, attention: kind } = this.description;
    const { tokens, alignments } = found;
    const words = Array.from(tokens, (token) => numbers[token]).filter(Boolean); // nothing but the end and padding is empty
    const places = alignments.length / tokens.length;
    const attention = words.map((_, step) => alignments.slice(step * places, (step + 1) * places));
    return { words, attention: kind === "none" ? null : attention, pixels, side: this.side };
  }
}
