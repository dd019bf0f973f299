import { element } from "./element.js";
import { keepForOffline } from "./offline.js";
import { PictureInput } from "./picture_input.js";
import { fetchedJson, Problem } from "./problem.js";
import { TASKS } from "./tasks.js";
import { TextInput } from "./text_input.js";

const at = Object.fromEntries(["models", "form", "run", "status", "note", "answer"].map((id) => [id, byId(id)]));
const inputs = { text: new TextInput(byId("text-input"), submit), picture: new PictureInput(byId("picture-input"), submit) };
const loading = new Map(); // folder of a model: a promise of the model and its task
let current; // folder of the model in front
let offline = false;

function byId(id) {
  return document.getElementById(id);
}

/** Runs the model on what is in the form, unless it is not there yet or runs already. */
function submit() {
  if (!at.run.disabled) at.form.requestSubmit();
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
  if (!task) {
    const known = new Intl.ListFormat("en").format(Object.keys(TASKS));
    throw new Problem(`This page has no use for a model for ${description.task}, but for ${known}.`);
  }
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
    for (const [name, input] of Object.entries(inputs)) input.root.hidden = name !== task.input;
    inputs[task.input].show(task.label, model);
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
  const input = inputs[task.input];
  at.note.hidden = true;
  at.answer.replaceChildren();
  tell("busy", "Running …");
  const given = await input.value();
  if (given === null) return tell("ready", input.missing);
  const started = performance.now();
  const answer = await model.answer(given, async (soFar) => {
    at.answer.replaceChildren(element("p", { class: "result" }, soFar));
    await new Promise((painted) => setTimeout(painted));
  });
  if (folder !== current) return;
  at.answer.replaceChildren(...task.view(answer));
  at.note.textContent = input.note(answer);
  at.note.hidden = !at.note.textContent;
  tell("answered", `${task.size(answer)}, ${Math.round(performance.now() - started)} ms`);
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
telling(start);
