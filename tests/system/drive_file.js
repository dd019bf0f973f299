// Drives a page of one file: reads one command in JSON from each line of standard input, and writes one line of JSON with what came of it.
// node test/drive_file.js CHROMIUM, in a folder with playwright-core

import readline from "node:readline";
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
const page = await browser.newPage();
page.setDefaultTimeout(60_000);
let errors = []; // of the console, and of scripts
let requests = []; // of what is not in the file
page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
page.on("pageerror", (error) => errors.push(error.message));
page.on("request", (request) => requests.push(request.url()));

const commands = {
  async open({ url }) {
    [errors, requests] = [[], []];
    await page.goto(url);
    return true;
  },
  async press({ key }) {
    await page.keyboard.press(key);
    return true;
  },
  async fill({ selector, text }) {
    await page.fill(selector, text);
    return true;
  },
  async click({ selector }) {
    await page.click(selector);
    return true;
  },
  async evaluate({ expression }) {
    return page.evaluate(expression);
  },
  async screenshot({ path }) {
    await page.screenshot({ path });
    return true;
  },
  async told() {
    return { errors, requests };
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { command, ...options } = JSON.parse(line);
  const result = await commands[command](options).then((answer) => ({ answer })).catch((error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
await browser.close();
