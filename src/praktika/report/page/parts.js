// The small parts that every view is made of.

const SVG = "http://www.w3.org/2000/svg";
const FEW = 30; // of files, messages, needs … shown before the reader asks for the rest

/** The shape of a status, or "WARNING"; it says nothing to readers of the screen. */
function shape(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#shape-${name}`);
  svg.append(use);
  return svg;
}

/** A status as shape, colour and word. */
function badge(node, kind = "badge") {
  const status = statusOf(node);
  return h(
    "span",
    { class: `${kind} s-${status}`, title: MEANING[status] },
    shape(status),
    h("span", null, status),
  );
}

/** A name that cannot disturb the text around it: controls are visible, its direction is its own. */
const named = (name, kind) => h("bdi", { class: kind }, visible(name) || "(no name)");

/** A test's name in two pieces, so that the telling end of a long one stays in sight. */
function longName(name, prefix = "") {
  const shown = visible(name) || "(no name)";
  const own = shown.split(/[[( ]/, 1)[0]; // what stands in brackets is a parameter, not a path
  const colons = own.lastIndexOf("::", own.length - 3);
  const at = colons > 0 ? colons + 2 : own.lastIndexOf("/", own.length - 2) + 1;
  const head = prefix || at ? h("span", { class: "lead" }, prefix, shown.slice(0, at)) : null;
  return h(
    "bdi",
    { class: "name", title: prefix + shown },
    head,
    h("span", { class: "tail" }, shown.slice(at)),
  );
}

/** A pair of a list of facts, or null when there is nothing to say. */
function fact(term, ...values) {
  const present = values.flat().filter((value) => value !== null && value !== undefined && value !== "");
  return present.length ? h("div", null, h("dt", null, term), h("dd", null, present)) : null;
}

const facts = (...pairs) => {
  const present = pairs.filter(Boolean);
  return present.length ? h("dl", { class: "facts" }, present) : null;
};

/** Several things with a separator between them, the absent left out. */
function joined(separator, ...things) {
  const present = things.flat().filter((thing) => thing !== null && thing !== undefined && thing !== "");
  return present.flatMap((thing, i) => (i ? [h("span", { class: "dot" }, separator), thing] : [thing]));
}

/** Errors, warnings and notes of a node; failed hooks among them. */
function messages(node) {
  const draw = ({ kind, message, from }) =>
    h(
      "div",
      { class: `message ${kind.toLowerCase()}` },
      kind === "Note" ? null : shape(kind === "Error" ? "ERROR" : "WARNING"),
      h(
        "div",
        null,
        h("strong", null, `${kind}: `),
        h("span", { class: "said" }, ...coloured(message)),
        from ? h("span", { class: "from" }, " from ", named(from)) : null,
      ),
    );
  return listing(messagesOf(node), draw, { class: "messages", "aria-label": "Messages" });
}

/** How many warnings and errors a row should not hide, or null. */
function mark(node) {
  const number = messagesOf(node).filter(({ kind }) => kind !== "Note").length;
  if (!number) return null;
  const label = plural(number, "warning");
  return h(
    "span",
    { class: "mark", title: label },
    shape("WARNING"),
    h("span", { class: "sr" }, label),
    h("span", { "aria-hidden": "true" }, count(number)),
  );
}

/** The labels of a node, with their hints; a label may be a link. */
function labels(node) {
  return list(extOf(node).labels)
    .slice(0, FEW)
    .map((item) => {
      const label = typeof item === "string" ? { name: item } : record(item);
      const title = text(label.hint) ? visible(label.hint) : null;
      const href = label.link ? urlHref(label.link) : null;
      const shown = visible(label.name);
      return href === null
        ? h("span", { class: "label", title }, shown)
        : h("a", { class: "label", title, href, rel: "noreferrer" }, shown);
    });
}

/** The attached files and URLs of a node, as facts. */
function attachments(node) {
  const file = (path) =>
    anchor(fileHref(path), text(path).split("/").pop() || path, { title: visible(path) });
  const link = (url) => anchor(urlHref(url), url);
  return [fact("Files", listing(list(node.files), file)), fact("Links", listing(list(node.links), link))];
}

/** A list of what `draw` makes of each value; of many, the rest when asked for. */
function listing(values, draw, attributes = { class: "plain" }) {
  if (!values.length) return null;
  const items = (some) => some.map((value) => h("li", null, draw(value)));
  const element = h("ul", attributes, items(values.slice(0, FEW)));
  const rest = values.slice(FEW);
  const onclick = () => element.lastChild.replaceWith(...items(rest));
  if (rest.length)
    element.append(h("li", null, h("button", { type: "button", onclick }, `and ${count(rest.length)} more`)));
  return element;
}

/** The hooks of a node, hidden until asked for. */
function hooks(node) {
  const all = hooksOf(node);
  if (!all.length) return null;
  const failed = all.filter((hook) => isBad(hook.node)).length;
  const summary = h(
    "summary",
    null,
    `Hooks (${count(all.length)}${failed ? `, ${count(failed)} failed` : ""})`,
  );
  const details = h("details", { class: "hooks" }, summary);
  const fill = () => {
    if (details.open && details.children.length === 1)
      details.append(...all.map(({ when, node: hook }) => outcome(hook, `${when}-hook`)));
  };
  details.addEventListener("toggle", fill);
  return details;
}

/** A hook, or a part of one, in full. */
function outcome(node, kind, depth = 0) {
  const line = h(
    "p",
    null,
    badge(node),
    " ",
    named(node.name),
    " ",
    h("span", { class: "dim" }, joined(" \u00b7 ", kind, duration(node.duration))),
  );
  const log = extOf(node).log ? facts(fact("Log", anchor(fileHref(extOf(node).log), extOf(node).log))) : null;
  const parts =
    depth < 3
      ? partsOf(node)
          .slice(0, 100)
          .map((part) => outcome(record(part), "", depth + 1))
      : [];
  const about = facts(...attachments(node));
  return h(
    "div",
    { class: "outcome" },
    [line, block(node.info, "Text of the hook"), log, about, ...parts].filter(Boolean),
  );
}

/** A button that copies `value`. */
function copier(value, label) {
  const button = h("button", { type: "button", class: "copy", title: label, "aria-label": label }, "Copy");
  button.addEventListener("click", async () => {
    const copied = await copy(value);
    button.textContent = copied ? "Copied" : "Not copied";
    say(copied ? "Copied" : "The browser did not allow it");
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  });
  return button;
}

async function copy(value) {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    return false; // no permission, or a page that was not loaded securely
  }
}

/** Tells readers of the screen. */
function say(words) {
  document.getElementById("said").textContent = words;
}
