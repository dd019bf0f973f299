import { PictureModel } from "./picture_model.js";

/** Names what is on pictures, glimpse by glimpse. */
export class GlimpseClassifier extends PictureModel {
  /**
   * @param {Picture} picture
   * @returns {Promise<{objects: {label: string, probability: number}[][], glimpses: {row: number, column: number}[], glimpseSize: number,
   *   pixels: Uint8ClampedArray, side: number}>} Of each object all labels, the most probable first; where each glimpse was, from -1, the
   *   first pixel, to 1, the last, and its side in pixels; and what the model has seen.
   */
  async answer(picture) {
    const { pixels, found } = await this.look(picture);
    const { label_names: labels, glimpse_size: glimpseSize } = this.description;
    const { probabilities, locations } = found;
    const objects = Array.from({ length: probabilities.length / labels.length }, (_, object) =>
      labels
        .map((label, i) => ({ label, probability: probabilities[object * labels.length + i] }))
        .sort((a, b) => b.probability - a.probability),
    );
    const glimpses = Array.from({ length: locations.length / 2 }, (_, i) => ({ row: locations[2 * i], column: locations[2 * i + 1] }));
    return { objects, glimpses, glimpseSize, pixels, side: this.side };
  }
}
