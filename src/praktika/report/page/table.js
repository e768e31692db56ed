// A table of results with its tools: counts that filter, a text filter, and an order.
//
// What the reader chose is kept in the query of the address, so that it survives a reload, the
// way back, and being sent to a colleague.

const TYPING = 400; // milliseconds: browsers refuse an address that changes at every key

const SORTS = {
  failed: "Failed first",
  order: "In order",
  name: "Name",
  longest: "Longest first",
  shortest: "Shortest first",
  status: "Status",
};

const seconds = (place) => (typeof place.node.duration === "number" ? place.node.duration : -1);
const ascending = (key) => (a, b) => {
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : 0;
};
const nameOf = (place) => text(place.node.name);
const COMPARE = {
  name: ascending(nameOf),
  longest: (a, b) => seconds(b) - seconds(a),
  shortest: (a, b) => seconds(a) - seconds(b),
  status: ascending((place) => ORDER.indexOf(statusOf(place.node))),
};

/** The places in another order; equal ones stay in theirs. */
function sorted(places, sort) {
  if (sort === "order") return places;
  if (COMPARE[sort]) return places.toSorted(COMPARE[sort]);
  const bad = places.filter((place) => isBad(place.node));
  return bad.length ? [...bad, ...places.filter((place) => !isBad(place.node))] : places;
}

class Table {
  /**
   * @param {object} options
   *   places: what it shows; noun: "job" or "test"; label: its name for readers of the screen;
   *   columns: [[heading, sort that a click chooses, class]]; cells(place): the cells of a row;
   *   haystack(place): the text that the filter looks through; below(place): items to show
   *   under its row, each {cells(), leaf, last}; state: {q, status, sort}, shared with the address.
   */
  constructor(options) {
    Object.assign(this, options);
    this.state = { q: "", status: "", sort: "failed", ...options.state };
    if (!Object.hasOwn(SORTS, this.state.sort)) this.state.sort = "failed";
    this.rows = new Rows((item, index) => this.row(item, index), rowHeight);
    this.tools = h("div", { class: "tools" });
    this.head = h("div", { class: "row head", role: "row" });
    this.none = h("p", { class: "none" });
    this.build();
  }

  build() {
    const table = { class: `table ${this.noun}s`, role: "table", "aria-label": this.label };
    const head = h("div", { role: "rowgroup" }, this.head);
    this.table = h("div", table, head, this.rows.element);
    this.element = h(
      "section",
      { class: "list", "aria-label": this.label },
      this.tools,
      this.table,
      this.none,
    );
    this.chips = h("div", { class: "chips", role: "group", "aria-label": "Show by status" });
    this.filter = h("input", {
      type: "search",
      placeholder: `Filter ${this.noun}s  /`,
      "aria-label": `Filter ${this.noun}s by text`,
      spellcheck: "false",
      autocomplete: "off",
      oninput: () => this.choose({ q: this.filter.value }, TYPING),
    });
    this.filter.value = this.state.q;
    const options = Object.entries(SORTS).map(([value, label]) => h("option", { value }, label));
    const onchange = () => this.choose({ sort: this.order.value });
    this.order = h("select", { "aria-label": `Order of the ${this.noun}s`, onchange }, options);
    this.tools.append(this.chips, h("div", { class: "find" }, this.filter, this.order));
  }

  /** Changes what is chosen, and shows it. */
  choose(change, delay = 0) {
    Object.assign(this.state, change);
    keepState(this.state, delay);
    this.update();
  }

  /** The places that pass the filters, in the chosen order. */
  chosen() {
    const words = this.state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(this.state.status.split(",").filter(Boolean));
    let { places } = this;
    if (words.length) {
      this.hay ??= places.map((place) => this.haystack(place).toLowerCase());
      places = places.filter((_, i) => words.every((word) => this.hay[i].includes(word)));
    }
    if (wanted.size) places = places.filter((place) => wanted.has(statusOf(place.node)));
    return sorted(places, this.state.sort);
  }

  update() {
    const places = this.chosen();
    const items = this.below ? places.flatMap((place) => [place, ...this.below(place)]) : places;
    this.rows.show(items);
    this.table.setAttribute("aria-rowcount", String(items.length + 1));
    this.order.value = this.state.sort;
    this.drawChips();
    this.drawHead();
    this.none.replaceChildren(...this.remark(places.length));
    if (places.length !== this.places.length) say(`${plural(places.length, this.noun)} shown`);
  }

  remark(shown) {
    if (shown > MOST) return [`Only the first ${count(MOST)} are listed. Filter to see others.`];
    if (shown || !this.places.length) return [];
    const onclick = () => {
      this.filter.value = "";
      this.choose({ q: "", status: "" });
    };
    return [`No ${this.noun} matches. `, h("button", { type: "button", onclick }, "Show all")];
  }

  drawChips() {
    this.tallied ??= tally(this.places);
    const wanted = new Set(this.state.status.split(",").filter(Boolean));
    const chip = (status, number, pressed, next) =>
      h(
        "button",
        {
          type: "button",
          class: `chip s-${status}`,
          "aria-pressed": String(pressed),
          onclick: () => this.choose({ status: next }),
        },
        status === "" ? null : shape(status),
        `${count(number)} ${status || "all"}`,
      );
    const toggled = (status) => ORDER.filter((s) => wanted.has(s) !== (s === status)).join(",");
    const chips = this.tallied.map(([s, n]) => chip(s, n, wanted.has(s), toggled(s)));
    const held = [...this.chips.children].indexOf(document.activeElement);
    this.chips.replaceChildren(chip("", this.places.length, !wanted.size, ""), ...chips);
    this.chips.children[held]?.focus();
  }

  drawHead() {
    const { sort } = this.state;
    const cell = ([heading, by, kind]) => {
      if (!by) return h("span", { role: "columnheader", class: kind }, heading);
      const chosen = by.includes(sort);
      const next = by[(by.indexOf(sort) + 1) % by.length];
      const up = sort === "name" || sort === "shortest" || sort === "order";
      const order = !chosen
        ? null
        : sort === "failed" || sort === "status"
          ? "other"
          : up
            ? "ascending"
            : "descending";
      const button = h(
        "button",
        { type: "button", onclick: () => this.choose({ sort: next }) },
        heading,
        chosen ? h("i", { "aria-hidden": "true" }, up ? " \u2191" : " \u2193") : null,
      );
      return h("span", { role: "columnheader", class: kind, "aria-sort": order }, button);
    };
    const held = [...this.head.children].findIndex((child) => child.contains(document.activeElement));
    this.head.replaceChildren(...this.columns.map(cell));
    this.head.children[held]?.querySelector("button")?.focus();
  }

  row(item, index) {
    const kind = item.cells ? `row sub${item.last ? " last" : ""}` : `row s-${statusOf(item.node)}`;
    const cells = item.cells ? item.cells() : this.cells(item);
    return h("div", { class: kind, role: "row", "aria-rowindex": index + 2 }, cells);
  }
}
