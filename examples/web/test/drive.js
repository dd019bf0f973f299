// Drives the page in a browser: reads one command in JSON from each line of standard input, and writes one line of JSON with what came of it.
// node test/drive.js CHROMIUM

import readline from "node:readline";
import { chromium } from "playwright-core";

const SETTLED = ["ready", "answered", "failed"];

const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
const page = await browser.newPage();
page.setDefaultTimeout(120_000); // a busy machine loads the model slowly
const requests = new Set(); // hosts that the page has asked for anything
page.on("request", (request) => requests.add(new URL(request.url()).host));

/** Waits until the page has done what it was told to, and returns what it says. */
async function told() {
  await page.waitForFunction((settled) => settled.includes(document.body.dataset.state), SETTLED);
  return page.evaluate(() => ({
    state: document.body.dataset.state,
    status: document.getElementById("status").textContent,
    note: document.getElementById("note").hidden ? "" : document.getElementById("note").textContent,
  }));
}

/** Has `told` wait for what comes next, where the page answers without a click on its button. */
async function unsettle() {
  await page.evaluate(() => delete document.body.dataset.state);
}

/** Waits for the answer, and returns it with what the page says. */
async function answered() {
  const said = await told();
  const answer = await page.evaluate(() => {
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    return {
      result: document.getElementById("result")?.textContent,
      tokens: document.getElementById("result")?.dataset.tokens,
      objects: all(".bars").map((bars) =>
        Object.fromEntries(all("[data-label]", bars).map(({ dataset }) => [dataset.label, Number(dataset.probability)])),
      ),
      alignments: all(".heat tbody tr").map((row) => all("td", row).map(({ dataset }) => Number(dataset.weight))),
      glimpses: all(".glimpse").map(({ dataset }) => [Number(dataset.row), Number(dataset.column)]),
      attention: all("[data-weights]").map(({ dataset }) => dataset.weights.split(" ").map(Number)),
      seen: document.querySelector(".seen")?.getAttribute("href"), // PNG, as is the pad
      pad: document.getElementById("pad").toDataURL(),
    };
  });
  return { ...said, ...answer };
}

const commands = {
  async open({ url }) {
    requests.clear();
    await page.goto(url);
    return told();
  },

  async choose({ model }) {
    await page.getByRole("button", { name: model, exact: true }).click();
    return told();
  },

  async ask({ text }) {
    await page.fill("#text", text);
    await page.click("#run");
    return answered();
  },

  async drop({ file }) {
    const transfer = await page.evaluateHandle(({ name, type, content }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name, { type }));
      return transfer;
    }, file);
    await unsettle();
    await page.dispatchEvent("#pad", "drop", { dataTransfer: transfer });
    return answered();
  },

  async choose_file({ file: { name, type, content } }) {
    await unsettle();
    await page.setInputFiles("#file", { name, mimeType: type, buffer: Buffer.from(content, "base64") });
    return answered();
  },

  /** Draws with the mouse along places from 0 to 1; answers after each stroke, and returns the last answer. */
  async draw({ strokes }) {
    const box = await page.locator("#pad").boundingBox();
    const place = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    for (const [first, ...others] of strokes) {
      await unsettle();
      await page.mouse.move(...place(first));
      await page.mouse.down();
      for (const each of others) await page.mouse.move(...place(each), { steps: 5 });
      await page.mouse.up();
      await told();
    }
    return answered();
  },

  /** Moves the pen with keys, and then draws with them. */
  async type({ moves, draws }) {
    await unsettle();
    await page.focus("#pad");
    for (const key of moves) await page.keyboard.press(key);
    await page.keyboard.down("Shift");
    for (const key of draws) await page.keyboard.press(key);
    await page.keyboard.up("Shift");
    return answered();
  },

  /** Clicks a button beside the pad. */
  async press({ button }) {
    await unsettle();
    await page.getByRole("button", { name: button }).click();
    return answered();
  },

  async tokenize({ url, texts }) {
    return page.evaluate(
      async ([url, texts]) => {
        const tokenizer = await (await import("./tokenizer.js")).Tokenizer.load(url);
        const ids = texts.map((text) => tokenizer.encode(text));
        return { ids, decoded: ids.map((row) => tokenizer.decode(row)), pieces: tokenizer.pieces };
      },
      [url, texts],
    );
  },

  async hosts() {
    return [...requests].filter(Boolean);
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { command, ...options } = JSON.parse(line);
  const result = await commands[command](options).catch((error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
await browser.close();
