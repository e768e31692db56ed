// Which view is shown, how the reader gets about, and the first paint.

const main = document.getElementById("main");
const root = {
  node: record(JSON.parse(document.getElementById("data").textContent)),
  parent: null,
  index: 0,
};
const scrolls = new Map(); // address -> how far it was scrolled when the reader left it
const latest = new Map(); // address without query -> the address as the reader last saw it
let showing = []; // the lists of the present view
let table = null; // its table, if it has one
let here = null; // the place of the present view
let origin = null; // the view above from which the reader came here, if there is one
let left = ""; // the address of the present view
const keeping = { timer: 0, state: null }; // what the address does not show yet
let clicked = false; // whether the next address comes from a link, and not from the history

const rowHeight = () => (window.matchMedia("(pointer: coarse), (max-width: 40rem)").matches ? 44 : 30);

const current = () => location.hash || "#/";

/** The address without its query, and the query's state. */
function address() {
  const [path, query = ""] = current().split("?", 2);
  const parameters = new URLSearchParams(query);
  const state = {};
  for (const key of ["q", "status", "sort"]) if (parameters.has(key)) state[key] = parameters.get(key);
  return [path, state];
}

/** Puts what the reader chose into the address, without an entry in the history, after a while. */
function keepState(state, delay) {
  clearTimeout(keeping.timer);
  keeping.state = state;
  if (delay) keeping.timer = setTimeout(keepNow, delay);
  else keepNow();
}

/** The same without the while: before a link is followed, nothing of it may be lost. */
function keepNow() {
  clearTimeout(keeping.timer);
  const { state } = keeping;
  keeping.state = null;
  if (!state) return;
  const parameters = new URLSearchParams();
  if (state.q) parameters.set("q", state.q);
  if (state.status) parameters.set("status", state.status);
  if (state.sort !== "failed") parameters.set("sort", state.sort);
  const query = parameters.toString();
  const [path] = address();
  history.replaceState(null, "", `${path}${query ? `?${query}` : ""}`);
  latest.set(path, current());
  left = current();
}

/** Shows the view that the address names. */
function show() {
  clearTimeout(keeping.timer);
  keeping.state = null;
  if (left !== current()) scrolls.set(left, window.scrollY);
  left = current();
  const [path, state] = address();
  const found = placeAt(root, path);
  const before = here;
  here = found ?? root;
  if (isBelow(here, before)) origin = before;
  else if (!isBelow(here, origin)) origin = null;
  latest.set(hrefOf(here), current());
  showing = [];
  table = null;
  const view = !found
    ? missingView()
    : found === root
      ? workflowView(root, state)
      : nodeView(found, root, state);
  const elements = view.filter(Boolean).map((part) => {
    if (!(part instanceof Table)) return part;
    table = part;
    showing.push(part.rows);
    return part.element;
  });
  main.replaceChildren(...elements);
  table?.update();
  const status = statusOf(here.node);
  const names = [...new Set([here, root])].map(({ node }) => visible(node.name));
  document.title = `${status} ${names.join(" \u2013 ")}`;
  window.scrollTo(0, clicked ? 0 : (scrolls.get(current()) ?? 0));
  clicked = false;
  for (const rows of showing) rows.paint();
  refocus(before);
}

/** Puts the focus where the reader left off: on the row of the view before, else on the heading. */
function refocus(before) {
  const index =
    before === here || !table
      ? -1
      : table.rows.items.findIndex((item) => item === before || item.leaf === before);
  if (index >= 0) table.rows.focus(index);
  else main.querySelector("h1").focus({ preventScroll: true });
}

function missingView() {
  return [
    h("h1", { tabindex: -1 }, "Not in this report"),
    h(
      "p",
      null,
      "The address names a job or test that this run does not have. ",
      h("a", { href: "#/" }, "See the run."),
    ),
  ];
}

/** Shows the view above, as the reader left it: the one they came from, else the next one up. */
function goUp() {
  keepNow();
  const href = hrefOf(origin ?? here.parent);
  location.hash = latest.get(href) ?? href;
}

function footer() {
  const key = (name, does) => [h("kbd", null, name), ` ${does} `];
  const version = text(extOf(root.node).version);
  const run = text(extOf(root.node).run_id);
  const made = joined(" \u00b7 ", run ? `run ${visible(run)}` : null, `praktika ${visible(version)}`.trim());
  return [
    h(
      "span",
      { class: "keys" },
      key("/", "filter"),
      key("j", ""),
      key("k", "next, previous"),
      key("Enter", "open"),
      key("Esc", "up"),
    ),
    h("span", null, made),
  ];
}

/** What each key does; whether it did something. */
function press(key, typing) {
  if (key === "Escape") return escape(typing);
  if (typing && key !== "ArrowDown") return false;
  const inList = typing || table?.rows.element.contains(document.activeElement);
  if (key === "j" || (key === "ArrowDown" && inList)) return move(1);
  if (key === "k" || (key === "ArrowUp" && inList)) return move(-1);
  if (key === "/" && table) {
    table.filter.focus();
    table.filter.select();
    return true;
  }
  return false;
}

function escape(typing) {
  if (typing && table?.filter.value) {
    table.filter.value = "";
    table.choose({ q: "" });
  } else if (typing) document.activeElement.blur();
  else if (here.parent) goUp();
  else return false;
  return true;
}

function move(by) {
  if (table) return table.rows.step(by);
  const link = main.querySelector(`[data-step="${by}"]`);
  link?.click();
  return Boolean(link);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.matches?.("input[type=search]");
  if (event.target.matches?.("select") || (event.target.matches?.("pre") && event.key.startsWith("Arrow")))
    return;
  if (press(event.key, typing)) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  keepNow();
  clicked = link.getAttribute("href") !== current();
});

let due = false;
function repaint() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    for (const rows of showing) rows.paint();
  });
}
window.addEventListener("scroll", repaint, { passive: true });
window.addEventListener("resize", () => {
  for (const rows of showing) if (rows.shownHeight !== rowHeight()) rows.show(rows.items);
  repaint();
});
window.addEventListener("hashchange", show);

history.scrollRestoration = "manual";
if (!location.hash && olderAddress(location.search))
  history.replaceState(null, "", olderAddress(location.search));
document.getElementById("footer").append(...footer());
show();
