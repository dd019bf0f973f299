const STEP = 1 / 28; // of the side, that a key moves the pen by
const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** A black square to draw on in white: with a mouse, a finger, or the arrow keys, which draw while Shift is held. */
export class Pad {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} mark Shows where the pen is that the keys move.
   * @param {() => void} changed Called after each stroke.
   */
  constructor(canvas, mark, changed) {
    this.canvas = canvas;
    this.mark = mark;
    this.changed = changed;
    this.side = canvas.width;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.pointer = null; // the one that draws
    this.keysDrew = false;
    this.penWidth = this.side / 12;
    this.moveTo([this.side / 2, this.side / 2]);
    this.clear();
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => event.pointerId === this.pointer && this.drawTo(this.placeOf(event)));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.release(event));
    canvas.addEventListener("keydown", (event) => this.type(event));
    canvas.addEventListener("keyup", (event) => event.key === "Shift" && this.endKeys());
    canvas.addEventListener("blur", () => this.endKeys());
  }

  clear() {
    this.context.fillStyle = "black";
    this.context.fillRect(0, 0, this.side, this.side);
  }

  /** Shows a picture, stretched to the pad. */
  show(picture) {
    this.context.fillStyle = "white"; // behind what is transparent
    this.context.fillRect(0, 0, this.side, this.side);
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(picture.source, 0, 0, this.side, this.side);
  }

  /** Swaps light and dark of what is shown. */
  swap() {
    this.context.globalCompositeOperation = "difference";
    this.context.fillStyle = "white";
    this.context.fillRect(0, 0, this.side, this.side);
    this.context.globalCompositeOperation = "source-over";
  }

  press(event) {
    if (this.pointer !== null || event.button !== 0) return;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.moveTo(this.placeOf(event));
    this.drawTo(this.at); // a dot
  }

  release(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.changed();
  }

  type(event) {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault(); // the page is not to scroll
    const place = this.at.map((old, axis) => Math.min(this.side, Math.max(0, old + move[axis] * STEP * this.side)));
    if (!event.shiftKey) return this.moveTo(place);
    this.drawTo(place);
    this.keysDrew = true;
  }

  endKeys() {
    if (!this.keysDrew) return;
    this.keysDrew = false;
    this.changed();
  }

  /** Returns where an event is, in pixels of the canvas. */
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((share) => share * this.side);
  }

  moveTo(place) {
    this.at = place;
    ["--x", "--y"].forEach((name, axis) => this.mark.style.setProperty(name, place[axis] / this.side));
  }

  drawTo(place) {
    const { context } = this;
    Object.assign(context, { strokeStyle: "white", lineWidth: this.penWidth, lineCap: "round" });
    context.beginPath();
    context.moveTo(...this.at);
    context.lineTo(...place);
    context.stroke();
    this.moveTo(place);
  }
}
