const BLANK = /^[\p{Z}\t-\r\x1c-\x1f\x85]*$/u;

/** The part of the form where a text is written. */
export class TextInput {
  missing = "There is no text yet.";

  /**
   * @param {HTMLElement} root
   * @param {() => void} run Called by Ctrl+Enter.
   */
  constructor(root, run) {
    this.root = root;
    this.label = root.querySelector("label");
    this.text = root.querySelector("textarea");
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
    });
  }

  /** Says what is wanted. */
  show(title, model) {
    this.label.textContent = `${title} (the model reads up to ${model.longest} tokens)`;
  }

  /** Returns the text, null if it is blank. */
  value() {
    return BLANK.test(this.text.value) ? null : this.text.value;
  }

  /** Returns what there is to remark on an answer: what the model has not read. */
  note({ length, read, lost }) {
    return read === length ? "" : `The text is too long for the model: of ${length} tokens it has read ${read}. What it has not read: “${lost}”`;
  }
}
