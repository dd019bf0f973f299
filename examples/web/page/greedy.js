/**
 * Returns the most tokens that a translation may have, its end among them.
 * @param {Object} search What `model.json` says of the search.
 * @param {number} length Tokens of the source, its end among them.
 */
export function limit(search, length) {
  const share = Math.fround(Math.fround(search.max_length_factor) * length); // in the precision of the exported search
  return Math.max(10 + Math.trunc(share), search.min_length + 1);
}

/**
 * Returns the most probable next token among those that the search allows: y_t = argmax_w p(w | y_<t).
 * @param {Float32Array} logits
 * @param {number[]} tokens Those before it.
 * @param {number} most What `limit` says.
 * @param {Object} search What `model.json` says of the search.
 * @param {{pad_id: number, begin_id: number, end_id: number}} ids
 */
export function nextToken(logits, tokens, most, search, ids) {
  if (tokens.length === most - 1) return ids.end_id;
  const excluded = new Set([ids.pad_id, ids.begin_id]);
  if (tokens.length < search.min_length) excluded.add(ids.end_id);
  for (const token of repeats(tokens, search.no_repeat_ngrams)) excluded.add(token);
  let best = -1;
  for (let token = 0; token < logits.length; token++) {
    if (!excluded.has(token) && (best < 0 || logits[token] > logits[best])) best = token;
  }
  return best;
}

/** Returns the tokens that would complete an n-gram which is there already. */
function repeats(tokens, size) {
  const starts = size ? tokens.length - size + 1 : 0;
  const last = tokens.slice(tokens.length - size + 1);
  const found = [];
  for (let start = 0; start < starts; start++) {
    if (last.every((token, i) => tokens[start + i] === token)) found.push(tokens[start + size - 1]);
  }
  return found;
}
