"use strict";
// Text that somebody else wrote: jobs, tests, commits. It only ever becomes text nodes; the
// Content-Security-Policy (Trusted Types) forbids the page to make markup of any string.

const INFO_HEAD = 20_000;
const INFO_TAIL = 40_000;
const MAX_SPANS = 4_000;

/** An element. Strings among the children become text nodes. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** The array, or an empty one: nothing below `ext` has a shape that can be relied on. */
const list = (value) => (Array.isArray(value) ? value : []);

/** The object, or an empty one. */
const record = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});

/** Any JSON value as text; "" for what is absent. */
function text(value) {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

function picture(character) {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}

/** One line with control and direction characters made visible, so that no name can pose as another. */
const visible = (value) => text(value).replace(UNSEEN, picture);

// CSI (its parameters and final byte are kept for SGR), OSC and other strings, two-byte escapes.
const ESCAPES =
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-Z\\^-~])/g;

/** Many lines, ready to show: line ends are \n, controls but tab are visible. */
const lines = (value) =>
  value.replace(/\r\n?/g, "\n").replace(UNSEEN, (c) => (c === "\n" || c === "\t" ? c : picture(c)));

/** The same without terminal escapes. */
const plain = (value) => lines(text(value).replace(ESCAPES, ""));

/** The parameters of one SGR escape applied to `style`, a set of class names. */
function applySgr(style, parameters) {
  const codes = parameters.split(/[;:]/, 32).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) style.clear();
    else if (code === 1) style.add("bold");
    else if (code === 2) style.add("dim");
    else if (code === 3) style.add("italic");
    else if (code === 4) style.add("underline");
    else if (code === 22) ["bold", "dim"].forEach((name) => style.delete(name));
    else if (code === 23) style.delete("italic");
    else if (code === 24) style.delete("underline");
    else if (code === 38 || code === 48) i += codes[i + 1] === 2 ? 4 : 2;
    else if ((code >= 30 && code <= 39) || (code >= 90 && code <= 97)) {
      for (const name of style) if (name.startsWith("ink")) style.delete(name);
      if (code !== 39) style.add(`ink${code % 10}`);
    }
  }
}

/** Text nodes and coloured spans of a terminal's output. Past `MAX_SPANS` it is one plain text. */
function coloured(value) {
  const source = text(value);
  const parts = [];
  const style = new Set();
  let from = 0;
  const push = (to) => {
    const piece = lines(source.slice(from, to));
    if (piece) parts.push(style.size ? h("span", { class: [...style].join(" ") }, piece) : piece);
  };
  for (const match of source.matchAll(ESCAPES)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") applySgr(style, match[1]);
    if (parts.length > MAX_SPANS) return [...parts, plain(source.slice(from))];
  }
  push(source.length);
  return parts;
}

/** A failure's text: coloured by the terminal's escapes, or else by pytest's mark of what is wrong. */
function marked(value) {
  if (value.includes("\u001b")) return coloured(value);
  const source = lines(value);
  const parts = [];
  let from = 0;
  for (const match of source.matchAll(/^E(?: {2}|\t).*$/gm)) {
    parts.push(source.slice(from, match.index), h("span", { class: "ink1" }, match[0]));
    from = match.index + match[0].length;
    if (parts.length > MAX_SPANS) break;
  }
  return [...parts, source.slice(from)];
}

/** A block of preformatted text. A long one shows its two ends until the rest is asked for. */
function block(value, label, { tall = false } = {}) {
  const source = text(value).replace(/\s+$/, "");
  if (!source) return null;
  const pre = h("pre", {
    class: tall ? "block" : "block low",
    role: "region",
    tabindex: 0,
    "aria-label": label,
  });
  const hidden = source.length - INFO_HEAD - INFO_TAIL;
  if (hidden < INFO_HEAD) {
    pre.append(...marked(source));
    return pre;
  }
  const all = () => pre.replaceChildren(...marked(source));
  const more = h("button", { type: "button", onclick: all }, `Show ${count(hidden)} more characters`);
  pre.append(...marked(source.slice(0, INFO_HEAD)), "\n", more, "\n");
  pre.append(...marked(source.slice(-INFO_TAIL)));
  return pre;
}

/** The line of a failure's text that says most: an assertion's own line, else the first. */
function excerpt(value) {
  const all = plain(text(value).slice(0, INFO_HEAD)).split("\n");
  const own = all.find((line) => /^E\s{2,}\S/.test(line)) ?? all.find((line) => /\S/.test(line)) ?? "";
  return own.replace(/^E\s+/, "").trim().slice(0, 240);
}

/** `href` for a URL that a job gave, or null: http, https, mailto, or relative to this page. */
function urlHref(value) {
  const url = text(value).trim();
  if (!url || /[\u0000-\u001f\u007f\\]/.test(url) || url.startsWith("/")) return null;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url);
  if (scheme) return ["http", "https", "mailto"].includes(scheme[1].toLowerCase()) ? url : null;
  return url.includes(":") && url.indexOf(":") < (url + "/").indexOf("/") ? null : url;
}

/** `href` for a path below the run's directory, or null when it would leave it. */
function fileHref(value) {
  const path = text(value);
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  // One step up leads to the folder of another run, from which an outcome was reused.
  const below = parts[0] === ".." && parts.length > 2 ? parts.slice(1) : parts;
  if (!below.length || path.startsWith("/") || below.includes("..")) return null;
  return parts.map(encodeURIComponent).join("/");
}

/** A link, or the bare text when there is nowhere safe to go. */
function anchor(href, label, attributes) {
  const shown = visible(label);
  if (href === null)
    return h("span", { class: "unlinked", title: "Not a link that this page follows" }, shown);
  return h("a", { href, rel: "noreferrer", ...attributes }, shown);
}

const count = (number) => number.toLocaleString("en");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** Seconds for people: "4 ms", "0.42 s", "12.3 s", "3 m 05 s", "1 h 02 m"; "" when unknown. */
function duration(seconds) {
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 0.0995) return seconds > 0 && seconds < 0.001 ? "<1 ms" : `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${count(Math.floor(whole / 3600))} h ${two((whole % 3600) / 60)} m`;
}

/** A moment in the reader's own time zone, with UTC in its title; null when unknown. */
function moment(seconds) {
  const date = new Date(typeof seconds === "number" ? seconds * 1000 : NaN);
  if (Number.isNaN(date.getTime())) return null;
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return h("time", { datetime: date.toISOString(), title: date.toISOString() }, `${day} ${clock}`);
}

/** A size in bytes for people. */
function bytes(number) {
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) return "";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(number, 1)) / 10));
  return `${(number / 1024 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}
