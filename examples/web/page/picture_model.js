import { StaticModel } from "./static_model.js";

const SIGNATURE = "serving_default";

/** A model that looks at pictures, from the folder `litert` of an export. */
export class PictureModel {
  /**
   * @param {string} folder Where the files are.
   * @param {Object} description What `model.json` says.
   */
  static async load(folder, description) {
    return new this(description, await StaticModel.load(folder + description.static.file));
  }

  constructor(description, model) {
    this.description = description;
    this.model = model;
    const [{ name, shape }] = model.inputs(SIGNATURE);
    this.input = name;
    /** Side of the square that a picture is stretched to. */
    this.side = shape[1];
    this.channels = shape[3];
  }

  /**
   * Shows a picture to the model.
   * @param {Picture} picture
   * @returns {Promise<{pixels: Uint8ClampedArray, found: Object<string, Int32Array|Float32Array>}>} What it sees, grey or RGB, and what it
   *   finds, by name.
   */
  async look(picture) {
    const pixels = picture.pixels(this.side, this.channels);
    return { pixels, found: await this.model.run(SIGNATURE, { [this.input]: Float32Array.from(pixels) }) };
  }
}
