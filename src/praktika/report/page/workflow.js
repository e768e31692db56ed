// The first view: one run of a workflow, and its jobs.

const SHOWN_FAILURES = 3; // per job, in the list of jobs

function workflowView(root, state) {
  const { node } = root;
  const jobs = childrenOf(root);
  const empty = isBad(node) || isOpen(node) ? "No job was planned." : "This run has no jobs.";
  return [
    title(root),
    runLine(root),
    h("p", { class: "commit" }, visible(firstLine(extOf(node).pr_title || extOf(node).commit_message))),
    isOpen(node)
      ? h("p", { class: "none" }, "The run was still going on when this page was written.")
      : null,
    messages(node),
    block(node.info, "What the run says", { tall: !jobs.length }),
    facts(...attachments(node), fact("Labels", labels(node))),
    jobs.length ? jobTable(root, jobs, state) : h("p", { class: "none" }, empty),
    hooks(node),
  ];
}

const isOpen = (node) => statusOf(node) === "RUNNING" || statusOf(node) === "PENDING";

const firstLine = (value) => text(value).trim().split("\n", 1)[0];

function title(place) {
  const { node } = place;
  return h(
    "header",
    { class: "title" },
    badge(node, "badge big"),
    h("h1", { tabindex: -1 }, named(node.name)),
    tags(node),
    h("span", { class: "took" }, duration(node.duration)),
  );
}

/** What qualifies a status: who is to blame, whether it counts. */
function tags(node) {
  const ext = extOf(node);
  const verdict = text(ext.verdict);
  const spared = ext.allow_failure === true || ext.do_not_block_pipeline_on_failure === true;
  const words = new Set();
  // A FAIL is the author's anyway; what else is theirs, looks like the infrastructure's.
  if (verdict && !(verdict === "author" && statusOf(node) === "FAIL")) words.add(visible(verdict));
  if (ext.is_cancelled === true) words.add("cancelled");
  if (text(record(ext.reused).run)) words.add("reused");
  if (spared && isBad(node)) words.add("allowed to fail");
  return [...words].map((word) => h("span", { class: "label" }, word));
}

function runLine(root) {
  const { node } = root;
  const ext = extOf(node);
  const sha = text(ext.commit_sha);
  const dirty = Number(ext.dirty) || 0;
  const tests = childrenOf(root).flatMap((job) => (partsOf(job.node).length ? [job] : []));
  const total = tests.reduce((sum, job) => sum + leavesOf(job).length, 0);
  const failed = tests.reduce((sum, job) => sum + failuresOf(job).length, 0);
  const change = ext.change_url
    ? anchor(urlHref(ext.change_url), ext.pr_number ? `#${text(ext.pr_number)}` : "change")
    : null;
  return h(
    "p",
    { class: "about" },
    joined(
      " \u00b7 ",
      ext.repo_name ? named(ext.repo_name) : null,
      change,
      ext.git_branch ? named(ext.git_branch, "branch") : null,
      sha
        ? h(
            "span",
            null,
            h("code", { title: visible(sha) }, visible(sha.slice(0, 10))),
            " ",
            copier(sha, "Copy the full commit id"),
          )
        : null,
      dirty
        ? h(
            "span",
            { class: "dirty", title: "The run used files that are not in the commit" },
            `+ ${plural(dirty, "uncommitted file")}`,
          )
        : null,
      ext.event ? visible(ext.event) : null,
      ext.trust === "untrusted" ? "from outside" : null,
      ext.by ? h("span", null, "by ", named(ext.by)) : null,
      moment(node.start_time),
      total ? `${plural(total, "test")}${failed ? `, ${count(failed)} failed` : ""}` : null,
    ),
  );
}

function jobTable(root, jobs, state) {
  const span = spanOf(jobs);
  return new Table({
    places: jobs,
    noun: "job",
    label: "Jobs",
    state,
    columns: [
      ["Status", ["failed", "status"], "c-status"],
      ["Job", ["name"], "c-name"],
      ["Tests", null, "c-tests"],
      ["When", ["order"], "c-when"],
      ["Duration", ["longest", "shortest"], "c-took"],
    ],
    cells: (job) => jobCells(job, span),
    haystack: (job) => `${text(job.node.name)} ${text(extOf(job.node).reason)}`,
    below: (job) => failureRows(job),
  });
}

function jobCells(job, span) {
  const { node } = job;
  const ext = extOf(node);
  const why = reasonOf(node);
  const attempt =
    Number(ext.attempt) > 1 ? h("span", { class: "label" }, `attempt ${Number(ext.attempt)}`) : null;
  return [
    h("span", { role: "cell", class: "c-status" }, badge(node)),
    h(
      "span",
      { role: "cell", class: "c-name" },
      h("a", { href: hrefOf(job), class: "go" }, named(node.name, "name only")),
      mark(node),
      attempt,
      tags(node),
      labels(node).slice(0, 3),
      why ? h("span", { class: "why", title: why }, why) : null,
    ),
    h("span", { role: "cell", class: "c-tests" }, testCount(job)),
    h("span", { role: "cell", class: "c-when" }, bar(node, span)),
    h("span", { role: "cell", class: "c-took" }, duration(node.duration)),
  ];
}

/** Why a job is not simply OK, in one line: its reason, else what its text says. */
function reasonOf(node) {
  const reason = visible(firstLine(extOf(node).reason));
  if (reason && statusOf(node) !== "OK") return reason;
  return isBad(node) ? visible(excerpt(node.info)) : "";
}

function testCount(place) {
  if (!partsOf(place.node).length) return null;
  const failed = failuresOf(place).length;
  const total = count(leavesOf(place).length);
  return failed ? [h("strong", { class: "failed" }, `${count(failed)} failed`), ` / ${total}`] : total;
}

/** The first failed tests of a job, as rows below its own: one click from the first view. */
function failureRows(job) {
  const failures = failuresOf(job);
  const rows = failures
    .slice(0, SHOWN_FAILURES)
    .map((leaf) => ({ leaf, cells: () => failureCells(job, leaf) }));
  const rest = failures.length - rows.length;
  if (rest > 0) rows.push({ cells: () => restCells(job, rest) });
  if (rows.length) rows.at(-1).last = true;
  return rows;
}

function failureCells(job, leaf) {
  const why = visible(excerpt(leaf.node.info));
  return [
    h("span", { role: "cell", class: "c-status" }, badge(leaf.node, "badge small")),
    h(
      "span",
      { role: "cell", class: "c-name" },
      h("a", { href: hrefOf(leaf), class: "go" }, longName(leaf.node.name, pathPrefix(leaf, job))),
      why ? h("span", { class: "why", title: why }, why) : null,
    ),
  ];
}

const restCells = (job, rest) => [
  h("span", { role: "cell", class: "c-status" }),
  h(
    "span",
    { role: "cell", class: "c-name" },
    h("a", { href: hrefOf(job), class: "go rest" }, `and ${count(rest)} more`),
  ),
];

/** The names between `top` and a place, as the dim beginning of its row. */
function pathPrefix(place, top) {
  const names = [];
  for (let here = place.parent; here && here !== top; here = here.parent)
    names.unshift(visible(here.node.name));
  return names.length ? `${names.join(" \u203a ")} \u203a ` : "";
}

/** [start, end] of everything that ran, in seconds since the epoch; null when nothing did. */
function spanOf(places) {
  let [start, end] = [Infinity, -Infinity];
  for (const { node } of places) {
    if (typeof node.start_time !== "number") continue;
    start = Math.min(start, node.start_time);
    end = Math.max(end, node.start_time + Math.max(0, Number(node.duration) || 0));
  }
  return start < end ? [start, end] : null;
}

function bar(node, span) {
  if (!span || typeof node.start_time !== "number") return null;
  const length = span[1] - span[0];
  const after = node.start_time - span[0];
  const took = Math.max(0, Number(node.duration) || 0);
  const ran = h("i", { class: `s-${statusOf(node)}` });
  ran.style.setProperty("left", `${(100 * after) / length}%`);
  ran.style.setProperty("width", `${(100 * took) / length}%`);
  const label = `started after ${duration(after) || "0 s"}, ran ${duration(took)}`;
  return h("span", { class: "bar", title: label, role: "img", "aria-label": label }, ran);
}
