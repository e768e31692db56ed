// The tree of results, and the address of each of its nodes.
//
// A place is a node with its parent: {node, parent, index}. Places are made when a view needs
// them, never for the whole tree twice. Nothing here recurses: a tree may be deep.

const BAD = new Set(["ERROR", "FAIL", "UNKNOWN", "XPASS"]);
const ORDER = [
  "ERROR",
  "FAIL",
  "UNKNOWN",
  "XPASS",
  "RUNNING",
  "PENDING",
  "OK",
  "XFAIL",
  "SKIPPED",
  "DROPPED",
];
const MEANING = {
  OK: "it passed",
  FAIL: "the code or its test is wrong",
  ERROR: "the infrastructure failed, not the code under test",
  SKIPPED: "it was left out on purpose",
  UNKNOWN: "its outcome is not known",
  XFAIL: "it failed, as expected",
  XPASS: "it passed, but was expected to fail",
  PENDING: "it has not started",
  RUNNING: "it has not ended",
  DROPPED: "it never ran, because something before it did not succeed",
};

const statusOf = (node) => (ORDER.includes(node?.status) ? node.status : "UNKNOWN");
const isBad = (node) => BAD.has(statusOf(node));
const extOf = (node) => record(node.ext);
const partsOf = (node) => list(node.results);

/** The children of a place, each a place; made once. */
function childrenOf(place) {
  place.children ??= partsOf(place.node).map((node, index) => ({ node, parent: place, index }));
  return place.children;
}

/** The places without parts below `place`, in order; itself when it has none. Made once. */
function leavesOf(place) {
  if (place.leaves) return place.leaves;
  const found = [];
  const stack = [place];
  while (stack.length) {
    const here = stack.pop();
    if (!partsOf(here.node).length) found.push(here);
    else for (let parts = childrenOf(here), i = parts.length - 1; i >= 0; i--) stack.push(parts[i]);
  }
  place.leaves = found;
  return found;
}

/** The failed leaves below a place that has parts. */
function failuresOf(place) {
  place.failures ??= partsOf(place.node).length ? leavesOf(place).filter((leaf) => isBad(leaf.node)) : [];
  return place.failures;
}

/** [[status, how many]], worst first, statuses that occur only. */
function tally(places) {
  const counts = new Map();
  for (const { node } of places) counts.set(statusOf(node), (counts.get(statusOf(node)) ?? 0) + 1);
  return ORDER.filter((status) => counts.has(status)).map((status) => [status, counts.get(status)]);
}

const UNRESERVED = /[!'()*~]/g;
const encoded = (name) =>
  encodeURIComponent(name).replace(UNRESERVED, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** For each child its number among the siblings of the same name, from 1. Made once. */
function nthsOf(place) {
  if (place.nths) return place.nths;
  const seen = new Map();
  place.nths = partsOf(place.node).map((node) => {
    const name = text(node.name);
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth;
  });
  return place.nths;
}

/** The word that names a place in an address: its name, and "~n" for the n-th of the same name. */
function wordOf(place) {
  const name = text(place.node.name);
  const nth = nthsOf(place.parent)[place.index];
  return encoded(name) + (nth > 1 || name === "" ? `~${nth}` : "");
}

/** The ancestors of a place from the job on, and the place itself. */
function trail(place) {
  const places = [];
  for (let here = place; here.parent; here = here.parent) places.unshift(here);
  return places;
}

/** Whether `top` is an ancestor of a place. */
function isBelow(place, top) {
  let above = place.parent;
  while (above && above !== top) above = above.parent;
  return Boolean(above);
}

/** The address of a place: "#/", "#/job/<job>", "#/job/<job>/test/<step>/<test>". */
function hrefOf(place) {
  const [job, ...rest] = trail(place).map(wordOf);
  if (job === undefined) return "#/";
  return `#/job/${job}${rest.length ? `/test/${rest.join("/")}` : ""}`;
}

/** The child that a word names, or undefined. Words that somebody decoded or re-encoded are fine. */
function childNamed(place, word) {
  const [raw, nth = "1"] = word.split("~");
  let name;
  try {
    name = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  const nths = nthsOf(place);
  return childrenOf(place).find(({ node, index }) => nths[index] === Number(nth) && text(node.name) === name);
}

/** The place of an address without its query, or undefined. */
function placeAt(root, address) {
  const match = /^#?\/?(?:job\/([^/]*)(?:\/test\/(.+))?)?\/?$/.exec(address);
  if (!match) return undefined;
  if (match[1] === undefined) return root;
  let here = root;
  for (const word of [match[1], ...(match[2]?.split("/") ?? [])]) {
    here = childNamed(here, word);
    if (!here) return undefined;
  }
  return here;
}

/** The address that the parameters name_1, name_2 … of an older report's URL mean, or "". */
function olderAddress(search) {
  const parameters = new URLSearchParams(search);
  const names = [];
  for (let i = 1; parameters.has(`name_${i}`); i++) names.push(encoded(parameters.get(`name_${i}`)));
  const [job, ...rest] = names;
  return job === undefined ? "" : `#/job/${job}${rest.length ? `/test/${rest.join("/")}` : ""}`;
}

/**
 * Everything that asks for attention at a node: [{kind, message, from}], errors first. A failed hook
 * is among it, whether or not a message speaks of it.
 */
function messagesOf(node) {
  const ext = extOf(node);
  const found = [];
  for (const [key, kind] of [
    ["errors", "Error"],
    ["warnings", "Warning"],
    ["notes", "Note"],
  ]) {
    for (const item of list(ext[key])) {
      const entry = typeof item === "string" ? { message: item } : record(item);
      found.push({ kind, message: text(entry.message), from: text(entry.from) });
    }
  }
  const said = (name) => found.some(({ message }) => message.includes("hook") && message.includes(name));
  const failed = hooksOf(node).filter((hook) => isBad(hook.node) && !said(text(hook.node.name)));
  return [...found, ...failed.map(failedHook)];
}

/** The hooks of a node: [{when: "pre" | "post", node}]. */
function hooksOf(node) {
  const hooks = record(extOf(node).hooks);
  return ["pre", "post"].flatMap((when) => list(hooks[when]).map((hook) => ({ when, node: record(hook) })));
}

function failedHook({ when, node }) {
  const why = excerpt(node.info);
  const message = `The ${when}-hook \u201c${visible(node.name)}\u201d failed${why ? `: ${why}` : ""}`;
  return { kind: "Warning", message, from: "" };
}
