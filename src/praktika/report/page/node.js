// The view of a job, a step, or a test: one shape, as the Result itself has one.

const FEW_STEPS = 20; // up to here the steps are shown at once

function nodeView(place, root, state) {
  const { node } = place;
  const isJob = place.parent === root;
  const parts = childrenOf(place);
  const reason = text(extOf(node).reason).trim();
  const said = text(node.info).trimEnd();
  const info = reason && `${said}\n`.startsWith(`${reason}\n`) ? said.slice(reason.length + 1) : said;
  return [
    h("div", { class: "top" }, crumbs(place), isJob ? null : failureSteps(place)),
    title(place),
    aboutLine(place, isJob),
    reason ? h("p", { class: "reason" }, h("span", { class: "dim" }, "Why: "), visible(reason)) : null,
    messages(node),
    text(extOf(node).comment) ? h("p", { class: "reason" }, visible(extOf(node).comment)) : null,
    block(info, "What it says", { tall: !parts.length && !isJob }),
    isJob ? jobFacts(place, root) : facts(...attachments(node), fact("Labels", labels(node))),
    isJob ? earlierAttempts(node) : null,
    steps(place),
    parts.length ? testTable(place, state) : null,
    hooks(node),
  ];
}

/** The way up: workflow, job, step. */
function crumbs(place) {
  const above = [];
  for (let here = place.parent; here; here = here.parent) above.unshift(here);
  const items = above.map((here) => h("li", null, h("a", { href: hrefOf(here) }, named(here.node.name))));
  return h("nav", { class: "crumbs", "aria-label": "Where this is" }, h("ol", null, items));
}

function aboutLine(place, isJob) {
  const { node } = place;
  const ext = extOf(node);
  const line = ext.line ? `:${text(ext.line)}` : "";
  const runs_on = list(ext.runs_on).map(visible).join(", ");
  const started = moment(node.start_time);
  const pieces = joined(
    " \u00b7 ",
    ext.file ? h("code", null, visible(text(ext.file) + line)) : null,
    ext.classname ? h("code", null, visible(ext.classname)) : null,
    started ? h("span", null, "started ", started) : null,
    Number(ext.attempt) > 1 ? `attempt ${Number(ext.attempt)}` : null,
    typeof ext.exit_code === "number" ? `exit code ${ext.exit_code}` : null,
    ext.signal ? `signal ${visible(ext.signal)}` : null,
    runs_on ? `on ${runs_on}` : null,
    isJob ? null : copier(text(node.name), "Copy the name"),
  );
  return pieces.length ? h("p", { class: "about" }, pieces) : null;
}

/** The way from one failed test of a job to the next. */
function failureSteps(place) {
  const job = trail(place)[0];
  const failures = failuresOf(job);
  const at = failures.indexOf(place);
  if (at < 0 || failures.length < 2) return null;
  const link = (by, label) => {
    const to = failures[at + by];
    return to ? h("a", { href: hrefOf(to), "data-step": by }, label) : h("span", { class: "dim" }, label);
  };
  return h(
    "nav",
    { class: "failures", "aria-label": "Failed tests of this job" },
    link(-1, "\u2190 previous"),
    ` failure ${count(at + 1)} of ${count(failures.length)} `,
    link(1, "next \u2192"),
  );
}

function jobFacts(place, root) {
  const { node } = place;
  const ext = extOf(node);
  const log = text(ext.log);
  const files = list(node.files).filter((path) => path !== log);
  return facts(
    fact("Reused from", reusedFrom(record(ext.reused))),
    fact("Not reused", ext.miss ? visible(ext.miss) : null),
    log
      ? fact("Log", anchor(fileHref(log), log.split("/").pop(), { title: visible(log), class: "log" }))
      : null,
    ...attachments({ ...node, files }),
    fact(
      "Artifacts",
      listing(list(ext.artifacts), (item) => artifact(record(item))),
    ),
    fact("Needs", jobLinks(root, list(ext.needs).map(text))),
    fact("Needed by", jobLinks(root, dependents(root, text(node.name)))),
    fact(
      "Parameter",
      ext.parameter === undefined || ext.parameter === null
        ? null
        : h("code", null, visible(text(ext.parameter))),
    ),
    fact("Labels", labels(node)),
    fact("Command", command(ext.command)),
  );
}

/** The run that an outcome was taken from, with the way to its report. */
function reusedFrom(reused) {
  const run = text(reused.run);
  if (!run) return null;
  const sha = text(reused.commit_sha);
  return h(
    "span",
    null,
    joined(
      " \u00b7 ",
      anchor(fileHref(reused.report), `run ${run}`),
      reused.git_branch ? named(reused.git_branch, "branch") : null,
      sha ? h("code", { title: visible(sha) }, visible(sha.slice(0, 10))) : null,
      moment(reused.at),
      duration(reused.duration) ? `it took ${duration(reused.duration)}` : null,
    ),
  );
}

/** What became of the attempts before the one that counts: the evidence for its verdict. */
function earlierAttempts(node) {
  const attempts = list(extOf(node).earlier_attempts).map(record);
  if (!attempts.length) return null;
  const head = ["Attempt", "Status", "Verdict", "Reason", "Runner"];
  const row = (attempt) =>
    h(
      "tr",
      null,
      h("td", null, visible(attempt.attempt)),
      h("td", null, badge(attempt)),
      h("td", null, visible(attempt.verdict)),
      h("td", { class: "said" }, visible(attempt.reason)),
      h("td", null, visible(attempt.runner)),
    );
  const shown = attempts.slice(-FEW); // the latest
  const caption = `Earlier attempts (${count(attempts.length)}${shown.length < attempts.length ? `, the last ${FEW} shown` : ""})`;
  return h(
    "table",
    { class: "attempts" },
    h("caption", null, caption),
    h("thead", null, h("tr", null, head.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", null, shown.map(row)),
  );
}

/** The command without the indentation that all its lines share. */
function command(value) {
  const rows = plain(value)
    .replace(/^\s*\n/, "")
    .trimEnd()
    .split("\n");
  const indents = rows.filter((row) => row.trim()).map((row) => row.length - row.trimStart().length);
  if (!indents.length) return null;
  const shared = indents.reduce((least, indent) => Math.min(least, indent));
  return h("code", { class: "command" }, rows.map((row) => row.slice(shared)).join("\n"));
}

function artifact(item) {
  const files = Array.isArray(item.files) ? item.files.length : Number(item.files);
  const about = joined(", ", bytes(item.size), files ? plural(files, "file") : null);
  const sha = text(item.sha256);
  return [
    named(item.name),
    " ",
    h("span", { class: "dim", title: sha ? `SHA-256 ${visible(sha)}` : null }, about),
  ];
}

/** Links to jobs by name, each with its status; a name without a job stays text. */
function jobLinks(root, names) {
  root.byName ??= new Map(childrenOf(root).map((job) => [text(job.node.name), job]));
  return listing(names, (name) => {
    const job = root.byName.get(name);
    if (!job) return named(name);
    return h("a", { href: hrefOf(job), class: "job" }, badge(job.node, "badge bare"), named(name));
  });
}

/** The names of the jobs that need a job, in the order of the plan. */
function dependents(root, name) {
  if (!root.dependents) {
    root.dependents = new Map();
    for (const { node } of childrenOf(root)) {
      for (const need of new Set(list(extOf(node).needs).map(text))) {
        if (!root.dependents.has(need)) root.dependents.set(need, []);
        root.dependents.get(need).push(text(node.name));
      }
    }
  }
  return root.dependents.get(name) ?? [];
}

/** The parts that have parts of their own, and their siblings; null when all are tests. */
function steps(place) {
  const parts = childrenOf(place);
  if (!parts.some((part) => partsOf(part.node).length)) return null;
  const rows = new Rows(
    (part, index) =>
      h(
        "div",
        { class: `row s-${statusOf(part.node)}`, role: "row", "aria-rowindex": index + 1 },
        stepCells(part),
      ),
    rowHeight,
  );
  const table = h("div", { class: "table tests", role: "table", "aria-label": "Steps" }, rows.element);
  showing.push(rows);
  const details = h(
    "details",
    { class: "steps", open: parts.length <= FEW_STEPS },
    h("summary", null, `Steps (${count(parts.length)})`),
    table,
  );
  rows.show(parts);
  details.addEventListener("toggle", () => rows.paint());
  return details;
}

const stepCells = (part) => [
  h("span", { role: "cell", class: "c-status" }, badge(part.node)),
  h(
    "span",
    { role: "cell", class: "c-name" },
    h("a", { href: hrefOf(part), class: "go" }, longName(part.node.name)),
    mark(part.node),
    h("span", { class: "why" }, testCount(part)),
  ),
  h("span", { role: "cell", class: "c-took" }, duration(part.node.duration)),
];

/** All leaves below a place: the tests, whatever step they belong to. */
function testTable(place, state) {
  let top = place;
  while (childrenOf(top).length === 1 && partsOf(top.children[0].node).length) top = top.children[0];
  const path = (leaf) => pathPrefix(leaf, top);
  return new Table({
    places: leavesOf(place),
    noun: "test",
    label: "Tests",
    state,
    columns: [
      ["Status", ["failed", "status"], "c-status"],
      ["Test", ["name", "order"], "c-name"],
      ["Duration", ["longest", "shortest"], "c-took"],
    ],
    cells: (leaf) => testCells(leaf, path(leaf)),
    haystack: (leaf) => `${path(leaf)}${text(leaf.node.name)} ${text(extOf(leaf.node).file)}`,
  });
}

function testCells(leaf, prefix) {
  const { node } = leaf;
  const why = isBad(node) || statusOf(node) === "SKIPPED" ? visible(excerpt(node.info)) : "";
  return [
    h("span", { role: "cell", class: "c-status" }, badge(node)),
    h(
      "span",
      { role: "cell", class: "c-name" },
      h("a", { href: hrefOf(leaf), class: "go" }, longName(node.name, prefix)),
      mark(node),
      labels(node).slice(0, 3),
      why ? h("span", { class: "why", title: why }, why) : null,
    ),
    h("span", { role: "cell", class: "c-took" }, duration(node.duration)),
  ];
}
