import { Pad } from "./pad.js";
import { Picture } from "./picture.js";
import { Problem } from "./problem.js";

const PEN = [2.4, 1 / 24]; // width of a stroke as in handwritten digits: in pixels of the model, and at least so much of the side

/** The part of the form where a picture is drawn, dropped, pasted or chosen. */
export class PictureInput {
  missing = "There is no picture yet.";

  /**
   * @param {HTMLElement} root
   * @param {() => void} changed Called when there is another picture, or none any more.
   */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.picture = null; // or a promise of one
    const find = (id) => root.querySelector(`#${id}`);
    this.label = find("picture-label");
    this.pad = new Pad(find("pad"), find("pen"), () => this.take(new Picture(this.pad.canvas)));
    const file = find("file");
    find("choose").addEventListener("click", () => file.click());
    file.addEventListener("change", () => file.files.length && this.takeFile(file.files[0]));
    file.addEventListener("click", () => (file.value = "")); // so that the same file can be chosen again
    find("swap").addEventListener("click", () => this.swap());
    find("clear").addEventListener("click", () => this.clear());
    this.listen();
  }

  /** Has pictures dropped and pasted anywhere on the page. */
  listen() {
    const whileShown = (react) => (event) => {
      if (this.root.hidden) return;
      react(event);
    };
    const over = (isOver) =>
      whileShown((event) => {
        event.preventDefault(); // or else the browser leaves the page and shows what is dropped
        this.root.classList.toggle("over", isOver);
      });
    document.addEventListener("dragover", over(true));
    document.addEventListener("dragleave", over(false));
    document.addEventListener("drop", over(false));
    document.addEventListener(
      "drop",
      whileShown((event) => this.takeFile(event.dataTransfer.files[0])),
    );
    document.addEventListener(
      "paste",
      whileShown((event) => event.clipboardData.files.length && this.takeFile(event.clipboardData.files[0])),
    );
  }

  /** Says what is wanted, and sets the pen to what the model sees. */
  show(title, model) {
    this.label.textContent = `${title} (the model sees ${model.side} by ${model.side} pixels)`;
    this.pad.penWidth = this.pad.side * Math.max(PEN[0] / model.side, PEN[1]);
  }

  /** Returns the picture, null if there is none, or a promise of it. */
  value() {
    return this.picture;
  }

  /** Returns what there is to remark on an answer: nothing. */
  note() {
    return "";
  }

  takeFile(file) {
    const picture = file ? Picture.of(file) : Promise.reject(new Problem("That was no file. Save the picture first, and drop its file."));
    picture.then((found) => this.picture === picture && this.pad.show(found)).catch(() => {}); // told by whoever asks for the value
    this.take(picture);
  }

  take(picture) {
    this.picture = picture;
    this.changed();
  }

  /** Swaps light and dark: of ink on paper, a model of white on black sees little. */
  async swap() {
    const picture = await Promise.resolve(this.picture).catch(() => null);
    if (!picture) return;
    this.pad.swap();
    this.take(picture.source === this.pad.canvas ? picture : picture.swapped());
  }

  clear() {
    this.pad.clear();
    this.take(null);
  }
}
