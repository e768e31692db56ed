// A list of any length in a page of bounded size: only the rows near the window exist.

const OVERSCAN = 10;
const SMALL = 80; // up to here all rows exist, so that the browser's own search and print work
const MOST = 250_000; // browsers limit the height of an element

class Rows {
  /** `draw(item, index)` makes the element of one row; `height()` is that of a row in pixels. */
  constructor(draw, height) {
    this.draw = draw;
    this.height = height;
    this.items = [];
    this.drawn = new Map();
    this.element = h("div", { class: "rows", role: "rowgroup" });
  }

  /** Shows other items, from the first. */
  show(items) {
    this.items = items.length > MOST ? items.slice(0, MOST) : items;
    this.shownHeight = this.height();
    this.drawn.clear();
    this.element.replaceChildren();
    this.element.style.setProperty("height", `${this.items.length * this.height()}px`);
    this.paint();
  }

  /** Draws the rows near the window, and takes the others away. */
  paint() {
    const [first, last] = this.window();
    for (const [index, row] of this.drawn) {
      if ((index < first || index >= last) && !row.contains(document.activeElement)) {
        row.remove();
        this.drawn.delete(index);
      }
    }
    for (let index = first; index < last; index++) this.rowAt(index);
  }

  window() {
    const length = this.items.length;
    if (length <= SMALL) return [0, length];
    const top = -this.element.getBoundingClientRect().top / this.height();
    const first = Math.floor(top) - OVERSCAN;
    const last = Math.ceil(top + window.innerHeight / this.height()) + OVERSCAN;
    return [Math.min(length, Math.max(0, first)), Math.max(0, Math.min(length, last))];
  }

  rowAt(index) {
    let row = this.drawn.get(index);
    if (row) return row;
    row = this.draw(this.items[index], index);
    row.style.setProperty("top", `${index * this.height()}px`);
    this.drawn.set(index, row);
    // in the order of the list, for the Tab key and for readers of the screen
    let next = null;
    for (let after = index + 1; !next && after <= index + 2 * OVERSCAN; after++)
      next = this.drawn.get(after) ?? null;
    this.element.insertBefore(row, next);
    return row;
  }

  /** Moves the focus to the row `by` places on, and the window with it. Whether there is one. */
  step(by) {
    const focused = [...this.drawn].find(([, row]) => row.contains(document.activeElement));
    const from = focused ? focused[0] : by > 0 ? -1 : this.items.length;
    const index = Math.min(this.items.length - 1, Math.max(0, from + by));
    if (index < 0 || index === from) return false;
    this.focus(index).scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Moves the focus, not the window, to a row; its element. */
  focus(index) {
    const row = this.rowAt(index);
    row.querySelector("a")?.focus({ preventScroll: true });
    return row;
  }
}
