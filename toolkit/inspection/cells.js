"use strict";

const { pieces, starts, units } = JSON.parse(document.getElementById("data").textContent);
const names = Object.keys(units);
const [unit, search, matches, value, text] = ["unit", "search", "matches", "value", "text"].map((id) => document.getElementById(id));

// === The text, an element for each step ===

const begins = new Set(starts.slice(1));
const steps = pieces.map((piece, step) => {
  if (begins.has(step)) text.append(document.createElement("hr"));
  const element = document.createElement("span");
  element.textContent = piece;
  element.dataset.step = step;
  text.append(element);
  return element;
});

// === Units ===

let values = new Int8Array();

/** Paints the text by the values of a unit. */
function show(name) {
  unit.value = name;
  values = Int8Array.from(atob(units[name]), (letter) => letter.charCodeAt(0));
  steps.forEach((element, step) => {
    const strength = Math.abs(values[step]) / 127;
    element.style.backgroundColor = `rgb(${values[step] < 0 ? "41 98 200" : "200 50 40"} / ${(0.85 * strength).toFixed(2)})`;
  });
  for (const row of rows) row.classList.toggle("shown", row.cells[1].textContent === name);
  document.body.dataset.unit = name;
}

/** Goes to another unit, from the last to the first. */
function go(by) {
  show(names[(names.indexOf(unit.value) + by + names.length) % names.length]);
}

const rows = [...document.querySelectorAll("#ranking tr")].slice(1);
for (const row of rows) {
  const name = row.cells[1].textContent;
  if (name in units) row.addEventListener("click", () => show(name));
}
unit.append(...names.map((name) => new Option(name)));
unit.addEventListener("change", () => show(unit.value));
document.getElementById("before").addEventListener("click", () => go(-1));
document.getElementById("after").addEventListener("click", () => go(1));
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select") || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowLeft") go(-1);
  else if (event.key === "ArrowRight") go(1);
  else return;
  event.preventDefault();
});
text.addEventListener("mouseover", ({ target }) => {
  if (target.dataset.step) value.textContent = `${JSON.stringify(target.textContent)} ${(values[target.dataset.step] / 127).toFixed(2)}`;
});

// === Search ===

const ends = [];
pieces.reduce((end, piece) => (ends.push(end + piece.length), end + piece.length), 0);
const whole = pieces.join("");
const folded = whole.toLowerCase().length === whole.length ? whole.toLowerCase() : whole; // or else places would move
let found = []; // [first step, last step] of each match
let current = -1;

/** Returns the step in which a character is. */
function stepOf(place) {
  let low = 0;
  for (let high = ends.length - 1; low < high; ) {
    const middle = (low + high) >> 1;
    if (ends[middle] > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Marks all places of what is searched for. */
function find() {
  for (const element of text.querySelectorAll(".match")) element.classList.remove("match", "current");
  found = [];
  const wanted = folded === whole ? search.value : search.value.toLowerCase();
  for (let place = wanted ? folded.indexOf(wanted) : -1; place >= 0; place = folded.indexOf(wanted, place + wanted.length))
    found.push([stepOf(place), stepOf(place + wanted.length - 1)]);
  for (const match of found) for (const element of stepsOf(match)) element.classList.add("match");
  current = -1;
  if (found.length) turn(1);
  else matches.textContent = wanted ? "not in the text" : "";
}

/** Goes to another match. */
function turn(by) {
  if (!found.length) return;
  if (current >= 0) for (const element of stepsOf(found[current])) element.classList.remove("current");
  current = (current + by + found.length) % found.length;
  for (const element of stepsOf(found[current])) element.classList.add("current");
  steps[found[current][0]].scrollIntoView({ block: "center" });
  matches.textContent = `${current + 1} of ${found.length}`;
}

function stepsOf([first, last]) {
  return steps.slice(first, last + 1);
}

search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") turn(event.shiftKey ? -1 : 1);
});

show(names[0]);
