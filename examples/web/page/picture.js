import { Problem } from "./problem.js";
import { resized } from "./resize.js";

const LARGEST = 89_478_485; // pixels, as in Python: beyond that a small file fills the memory
const LUMINANCE = [19595, 38470, 7471]; // what red, green and blue count in grey, of 65,536

/** A picture: a file's, or what is on a canvas. */
export class Picture {
  /**
   * @param {File} file PNG, JPEG, WebP or GIF; of an animated one the first frame. It is turned upright as its EXIF data say.
   * @returns {Promise<Picture>}
   * @throws {Problem} It is no picture, or too large.
   */
  static async of(file) {
    // Without conversion, since a profile of colours is not read in Python either.
    const source = await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" }).catch((error) => {
      throw new Problem(`${file.name} is no picture that this browser can read, such as PNG, JPEG, WebP or GIF (${error.message}).`);
    });
    if (source.width * source.height > LARGEST) {
      const [found, most] = [source.width * source.height, LARGEST].map((pixels) => pixels.toLocaleString("en"));
      throw new Problem(`${file.name} has ${found} pixels, and at most ${most} are read. Make the picture smaller.`);
    }
    return new Picture(source);
  }

  /**
   * @param {ImageBitmap|HTMLCanvasElement} source
   * @param {boolean} negative Whether light is dark, and dark is light.
   */
  constructor(source, negative = false) {
    this.source = source;
    this.negative = negative;
    this.width = source.width;
    this.height = source.height;
  }

  /** Returns the same picture with light and dark swapped. */
  swapped() {
    return new Picture(this.source, !this.negative);
  }

  /**
   * Returns some rows as RGBA; what is transparent is white.
   * @param {number} top The first of them.
   * @param {number} count
   */
  rows(top, count) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.width, count];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "white";
    context.fillRect(0, 0, this.width, count);
    context.drawImage(this.source, 0, -top);
    return context.getImageData(0, 0, this.width, count).data;
  }

  /**
   * Returns what a model sees: the picture stretched to a square.
   * @param {number} side Of the square.
   * @param {number} channels 3 for red, green and blue, 1 for grey.
   * @returns {Uint8ClampedArray} Row by row.
   */
  pixels(side, channels) {
    const colors = resized(this, side);
    if (this.negative) colors.forEach((shade, i) => (colors[i] = 255 - shade));
    if (channels === 3) return colors;
    const [red, green, blue] = LUMINANCE;
    const grey = (_, i) => (red * colors[3 * i] + green * colors[3 * i + 1] + blue * colors[3 * i + 2] + 32768) >> 16;
    return Uint8ClampedArray.from({ length: side * side }, grey);
  }
}
