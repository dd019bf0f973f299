import { classificationView } from "./classification_view.js";
import { element } from "./element.js";
import { keepForOffline } from "./offline.js";
import { fetchedJson, Problem } from "./problem.js";
import { translationView } from "./translation_view.js";

const BLANK = /^[\p{Z}\t-\r\x1c-\x1f\x85]*$/u;

// Modules that load libraries are imported when they are needed, so that what fails there can be told in words.
const TASKS = {
  classification: { label: "Text to classify", load: async () => (await import("./classifier.js")).Classifier, view: classificationView },
  translation: { label: "Text to translate", load: async () => (await import("./translator.js")).Translator, view: translationView },
};

const at = Object.fromEntries(["models", "form", "label", "text", "run", "status", "note", "answer"].map((id) => [id, byId(id)]));
const loading = new Map(); // folder of a model: a promise of the model and its task
let current; // folder of the model in front
let offline = false;

function byId(id) {
  return document.getElementById(id);
}

/** Tells how things are; `state` is for style sheets and tests: loading, ready, busy, answered or failed. */
function tell(state, words) {
  document.body.dataset.state = state;
  at.status.textContent = words;
  at.run.disabled = state === "loading" || state === "busy";
}

/** Runs an action, and says in words what goes wrong in it. */
async function telling(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    at.answer.replaceChildren();
    tell("failed", error instanceof Problem ? error.message : `Something went wrong that should not: ${error.message}`);
  }
}

async function loadModel(folder) {
  const description = await fetchedJson(`${folder}model.json`);
  const task = TASKS[description.task];
  if (!task) throw new Problem(`This page has no use for a model for ${description.task}, but for ${Object.keys(TASKS).join(" and ")}.`);
  if (!description.static) throw new Problem("This export has no file with fixed shapes, which a browser needs. Export the run again.");
  const Model = await task.load();
  return { task, model: await Model.load(folder, description) };
}

/** Puts a model in front. */
async function choose(folder) {
  current = folder;
  at.note.hidden = true;
  at.answer.replaceChildren();
  for (const tab of at.models.children) tab.setAttribute("aria-pressed", String(tab.dataset.folder === folder));
  tell("loading", "Loading the model …");
  if (!loading.has(folder)) loading.set(folder, loadModel(folder));
  try {
    const { task, model } = await loading.get(folder);
    if (folder !== current) return; // another was chosen meanwhile
    at.label.textContent = `${task.label} (the model reads up to ${model.longest} tokens)`;
    tell("ready", offline ? "Ready, and from now on without a network, too." : "Ready.");
  } catch (error) {
    loading.delete(folder); // the next time it may work
    if (folder === current) throw error;
  }
}

async function run() {
  if (!current) await start(); // what has failed may work now
  if (!loading.has(current)) await choose(current);
  const folder = current;
  const { task, model } = await loading.get(folder);
  const text = at.text.value;
  at.note.hidden = true;
  at.answer.replaceChildren();
  if (BLANK.test(text)) return tell("ready", "There is no text yet.");
  tell("busy", "Running …");
  const started = performance.now();
  const answer = await model.answer(text, async (soFar) => {
    at.answer.replaceChildren(element("p", { class: "result" }, soFar));
    await new Promise((painted) => setTimeout(painted));
  });
  if (folder !== current) return;
  at.answer.replaceChildren(...task.view(answer));
  tellCut(answer);
  tell("answered", `${answer.length} tokens, ${Math.round(performance.now() - started)} ms`);
}

function tellCut({ length, read, lost }) {
  if (read === length) return;
  at.note.hidden = false;
  at.note.textContent = `The text is too long for the model: of ${length} tokens it has read ${read}. What it has not read: “${lost}”`;
}

async function start() {
  tell("loading", "Loading …");
  offline = await keepForOffline();
  const models = await fetchedJson("models.json");
  if (!models.length) throw new Problem("There is no model on this page. Build it with one.");
  const tabs = models.map(({ name, folder }) => element("button", { type: "button", "data-folder": folder }, name));
  for (const tab of tabs) tab.addEventListener("click", () => telling(() => choose(tab.dataset.folder)));
  at.models.replaceChildren(...tabs);
  at.models.hidden = models.length < 2;
  await choose(models[0].folder);
}

at.form.addEventListener("submit", (event) => {
  event.preventDefault();
  telling(run);
});
at.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !at.run.disabled) at.form.requestSubmit();
});
telling(start);
