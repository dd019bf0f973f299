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
    const said = await told();
    const answer = await page.evaluate(() => ({
      result: document.getElementById("result")?.textContent,
      tokens: document.getElementById("result")?.dataset.tokens,
      probabilities: Object.fromEntries(
        [...document.querySelectorAll("[data-label]")].map(({ dataset }) => [dataset.label, Number(dataset.probability)]),
      ),
      alignments: [...document.querySelectorAll(".heat tbody tr")].map((row) =>
        [...row.querySelectorAll("td")].map(({ dataset }) => Number(dataset.weight)),
      ),
    }));
    return { ...said, ...answer };
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
