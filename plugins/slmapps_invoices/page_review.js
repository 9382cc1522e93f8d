// The page of an invoice beside its fields. Everything that comes from a document is set as text,
// never as HTML. Python gives `data` and hears `said`, `undo` (triggers) and `page` (state).

const VIEWS = new WeakMap();
const HELD = new Map(); // by record: what outlives the element, which a page drawn anew replaces
const MARGIN = [70, 13]; // points around a place that is cut out
const NARROWEST = 200; // points of a cut-out

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  let view = VIEWS.get(parentElement);
  if (!view) {
    view = new View(parentElement);
    VIEWS.set(parentElement, view);
  }
  view.tell = { state: setStateValue, trigger: setTriggerValue };
  view.listen();
  view.update(data);
  return () => view.leave();
}

function make(tag, kind, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
}

class View {
  constructor(parent) {
    this.pages = new Map();
    this.held = { now: null };
    this.page = 0;
    this.zoom = 1;
    this.busy = false;
    this.place = null;
    this.onKey = (event) => this.key(event);
    this.build(parent);
  }

  get now() {
    return this.held.now;
  }

  set now(key) {
    this.held.now = key;
  }

  build(parent) {
    this.root = make("div", "pr");
    const left = make("div", "left");
    this.tools = make("div", "tools");
    this.desk = make("div", "desk");
    this.desk.tabIndex = -1;
    this.sheet = make("div", "sheet");
    this.desk.append(this.sheet);
    left.append(this.tools, this.desk);
    const side = make("div", "side");
    this.panel = make("div", "panel");
    this.head = make("div", "head");
    this.crop = make("div", "crop");
    const entry = make("div", "entry");
    this.input = make("input");
    this.input.type = "text";
    this.input.autocomplete = "off";
    this.input.spellcheck = false;
    this.input.maxLength = 300;
    this.input.addEventListener("input", () => {
      this.place = null;
      this.touched();
    });
    this.button = make("button", "do", "Confirm");
    this.button.type = "button";
    this.button.addEventListener("click", () => this.say());
    entry.append(this.input, this.button);
    this.says = make("div", "says");
    this.says.setAttribute("role", "status");
    this.sums = make("div", "sums");
    this.panel.append(this.head, this.crop, entry, this.says, this.sums);
    this.list = make("div", "list");
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Fields");
    side.append(this.panel, this.list, this.keys());
    this.root.append(left, side);
    parent.append(this.root);
    this.drag();
  }

  keys() {
    const line = make("div", "keys");
    const told = [
      ["Enter", "confirm, next"], ["N", "next to review"], ["P", "back"],
      ["↑ ↓", "any field"], ["E", "edit"], ["Esc", "leave"], ["U", "undo"],
    ];
    for (const [key, what] of told) {
      line.append(make("kbd", "", key), ` ${what}  `);
    }
    return line;
  }

  listen() {
    document.removeEventListener("keydown", this.onKey, true);
    document.addEventListener("keydown", this.onKey, true);
  }

  leave() {
    document.removeEventListener("keydown", this.onKey, true);
  }

  // What Python says

  update(data) {
    this.data = data;
    this.fields = data.fields;
    let arrived = false;
    for (const page of data.pages) {
      const known = this.pages.get(page.number);
      if (known && known.image === page.image) continue;
      this.pages.set(page.number, page);
      arrived = arrived || page.number === this.page;
    }
    if (!HELD.has(data.id)) HELD.set(data.id, { now: null, version: data.version });
    const first = this.held !== HELD.get(data.id);
    this.held = HELD.get(data.id);
    let fresh = first;
    if (data.version !== this.held.version) {
      this.held.version = data.version;
      if (data.error) this.now = data.error.key;
      else if (this.held.next !== undefined) this.now = this.held.next;
      this.held.next = undefined;
      fresh = true;
    }
    if (data.version !== this.version) {
      this.version = data.version;
      this.busy = false;
      fresh = true;
    }
    if (!this.field(this.now)) this.now = (this.waiting()[0] || this.fields[0] || {}).key ?? null;
    this.draw();
    if (fresh) {
      this.show(first);
      if (this.held.typing) this.edit();
    } else if (arrived) {
      this.drawSheet();
      this.scroll(true);
    }
  }

  field(key) {
    return this.fields.find((each) => each.key === key);
  }

  waiting() {
    return this.fields.filter((each) => each.waits);
  }

  // Which field is at hand

  select(key, { edit = false } = {}) {
    this.now = key;
    this.draw();
    this.show(false);
    if (edit) this.edit();
  }

  show(quietly) {
    const field = this.field(this.now);
    const error = this.data.error && this.data.error.key === this.now ? this.data.error : null;
    this.place = null;
    this.input.value = error ? error.value : field ? field.value : "";
    this.input.classList.toggle("wrong", Boolean(error));
    this.touched(error ? error.text : "");
    if (field && field.page !== null) this.turn(field.page);
    else this.drawSheet();
    const row = this.list.querySelector(".row.now");
    if (row) this.reveal(this.list, row.offsetTop, row.offsetHeight, false);
    this.scroll(quietly);
    if (this.root.contains(this.active()) && this.active() === this.input) this.input.select();
  }

  active() {
    const root = this.root.getRootNode();
    return root.activeElement || document.activeElement;
  }

  step(by, among) {
    const list = among.length ? among : this.fields;
    if (!list.length) return;
    const order = this.fields.findIndex((each) => each.key === this.now);
    const at = list.findIndex((each) => each.key === this.now);
    let place;
    if (at >= 0) place = at + by;
    else {
      place = list.findIndex((each) => this.fields.indexOf(each) > order);
      if (place < 0) place = list.length;
      if (by < 0) place -= 1;
    }
    const count = list.length;
    this.select(list[((place % count) + count) % count].key);
  }

  edit() {
    this.input.focus();
    this.input.select();
  }

  // What a person says

  touched(error = "") {
    const field = this.field(this.now);
    if (!field) return;
    const changed = this.input.value.trim() !== field.value;
    if (!error) this.input.classList.remove("wrong");
    this.button.textContent = changed ? "Apply" : field.waits ? "Confirm" : "Next";
    this.button.disabled = this.busy || (field.needed && !this.input.value.trim());
    this.says.classList.toggle("wrong", Boolean(error));
    let text = error || field.why;
    if (!text && field.read) text = `Read as ${field.read}; a person said otherwise.`;
    this.says.textContent = text ? text[0].toUpperCase() + text.slice(1) : "";
    for (const word of this.sheet.querySelectorAll(".taken")) {
      if (!this.place) word.classList.remove("taken");
    }
  }

  say() {
    const field = this.field(this.now);
    if (!field || this.busy) return;
    const value = this.input.value.trim();
    if (field.needed && !value) {
      this.edit();
      return;
    }
    const order = this.fields.indexOf(field);
    const rest = this.waiting().filter((each) => each.key !== field.key);
    const next = rest.find((each) => this.fields.indexOf(each) > order) || rest[0] || field;
    if (value === field.value && !field.waits) {
      this.select(next.key);
      return;
    }
    this.busy = true;
    this.held.next = next.key;
    this.held.typing = this.active() === this.input;
    this.root.classList.add("busy");
    this.button.disabled = true;
    this.tell.trigger("said", {
      key: field.key,
      value,
      as_it_is: value === field.value,
      page: this.place ? this.page : null,
      box: this.place,
    });
  }

  undo() {
    if (!this.data.undo || this.busy) return;
    this.busy = true;
    this.held.next = this.now;
    this.held.typing = false;
    this.tell.trigger("undo", true);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.root.isConnected) return;
    if (!this.root.offsetParent) return;
    const target = event.composedPath()[0];
    const own = target === this.input;
    const elsewhere = target instanceof Element
      && target.closest("input, textarea, select, [contenteditable='true']") && !own;
    if (elsewhere) return;
    const among = this.root.contains(target);
    const actions = own
      ? {
        Enter: () => this.say(),
        Escape: () => {
          this.held.typing = false;
          this.show(true);
          this.input.blur();
        },
        ArrowDown: () => this.step(1, this.fields),
        ArrowUp: () => this.step(-1, this.fields),
      }
      : {
        n: () => this.step(1, this.waiting()), j: () => this.step(1, this.waiting()),
        p: () => this.step(-1, this.waiting()), k: () => this.step(-1, this.waiting()),
        e: () => this.edit(), a: () => this.say(), u: () => this.undo(),
        "+": () => this.enlarge(1.25), "-": () => this.enlarge(0.8),
      };
    if (!own && (among || target === document.body)) {
      if (!(target instanceof Element && target.closest("button"))) {
        actions.Enter = () => this.say();
      }
      actions.ArrowDown = () => this.step(1, this.fields);
      actions.ArrowUp = () => this.step(-1, this.fields);
    }
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = actions[name];
    if (action) {
      event.preventDefault();
      event.stopPropagation();
      action();
    } else if (own) event.stopPropagation();
  }

  // The list and the panel

  draw() {
    this.root.classList.toggle("busy", this.busy);
    this.drawTools();
    this.drawList();
    this.drawHead();
    this.drawSums();
  }

  drawList() {
    const top = this.list.scrollTop;
    this.list.replaceChildren();
    let group = "";
    for (const field of this.fields) {
      const heading = field.group || (field.tone === "quiet" ? "Not on the page" : "");
      if (heading !== group) {
        group = heading;
        this.list.append(make("div", "group", heading));
      }
      const row = make("div", `row ${field.tone}${field.key === this.now ? " now" : ""}`);
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(field.key === this.now));
      row.dataset.key = field.key;
      const sure = field.sure === null ? (field.tone === "good" ? "✓" : "") : percent(field.sure);
      row.append(
        make("span", "dot"), make("span", "name", field.title),
        make("span", "what", field.shown || "—"), make("span", "sure", sure),
      );
      row.title = `${field.title}: ${field.state}${field.why ? `; ${field.why}` : ""}`;
      row.addEventListener("click", () => this.select(field.key));
      row.addEventListener("dblclick", () => this.edit());
      this.list.append(row);
    }
    this.list.scrollTop = top;
  }

  drawHead() {
    const field = this.field(this.now);
    this.head.replaceChildren();
    if (!field) return;
    const name = field.group ? `${field.group}: ${field.title.toLowerCase()}` : field.title;
    this.input.setAttribute("aria-label", name);
    const sure = field.sure === null ? "" : `${percent(field.sure)} sure`;
    const left = this.waiting().length;
    this.head.append(
      make("b", "", name), make("span", `chip ${field.tone}`, field.state),
      make("span", "soft num", sure),
      make("span", "left", left ? `${left} to review` : "nothing waits"),
    );
  }

  drawSums() {
    this.sums.replaceChildren(
      ...this.data.sums.map((each) => make("span", `chip ${each.holds ? "good" : "bad"}`, each.text)),
    );
  }

  drawTools() {
    const page = make("span", "num", this.data.count > 1 ? `Page ${this.page + 1} of ${this.data.count}` : "");
    const tools = [];
    if (this.data.count > 1) {
      tools.push(this.tool("‹", "Page before", () => this.turn(this.page - 1), this.page < 1));
      tools.push(page);
      tools.push(this.tool("›", "Next page", () => this.turn(this.page + 1), this.page + 1 >= this.data.count));
    }
    tools.push(this.tool("−", "Smaller", () => this.enlarge(0.8), this.zoom <= 1));
    tools.push(this.tool("+", "Larger", () => this.enlarge(1.25), this.zoom >= 3));
    tools.push(this.tool("Undo", "Takes the last step of this session back", () => this.undo(), !this.data.undo));
    const legend = make("span", "legend");
    for (const [tone, text] of [["good", "confirmed"], ["key", "read"], ["warn", "to review"]]) {
      const one = make("span", tone);
      one.append(make("i"), text);
      legend.append(one);
    }
    this.tools.replaceChildren(...tools, make("span", "gap"), legend);
  }

  tool(text, title, action, disabled) {
    const button = make("button", "", text);
    button.type = "button";
    button.title = title;
    button.setAttribute("aria-label", title);
    button.disabled = Boolean(disabled);
    button.addEventListener("click", action);
    return button;
  }

  // The page

  turn(number) {
    if (number < 0 || number >= this.data.count) return;
    this.page = number;
    if (!this.pages.has(number)) this.tell.state("page", number);
    this.drawTools();
    this.drawSheet();
  }

  enlarge(by) {
    this.zoom = Math.min(3, Math.max(1, this.zoom * by));
    this.drawTools();
    this.drawSheet();
    this.scroll(true);
  }

  drawSheet() {
    const page = this.pages.get(this.page);
    if (!page || !page.image) {
      this.sheet.style.cssText = "";
      const text = page ? "This page could not be drawn." : "Drawing the page…";
      this.sheet.replaceChildren(make("div", "blank", text));
      this.drawCrop();
      return;
    }
    if (this.drawn !== page) {
      this.drawn = page;
      const image = make("img");
      image.src = page.image;
      image.alt = `Page ${page.number + 1}`;
      this.words = page.words.map((word, at) => this.positioned(make("div", "word"), word.slice(1), page, at));
      this.sheet.replaceChildren(image, ...this.words);
    }
    this.sheet.style.width = `${this.zoom * 100}%`;
    this.sheet.style.aspectRatio = `${page.width} / ${page.height}`;
    for (const old of this.sheet.querySelectorAll(".box")) old.remove();
    for (const field of this.fields) {
      if (field.page !== this.page || !field.box) continue;
      const now = field.key === this.now;
      const [left, top, right, bottom] = field.box;
      const box = this.positioned(
        make("div", `box ${field.tone}${now ? " now" : ""}`),
        [left - 2, top - 2, right + 2, bottom + 2], page,
      );
      if (now) box.append(make("span", "tag", field.group ? `${field.group} ${field.title.toLowerCase()}` : field.title));
      this.sheet.append(box);
    }
    this.drawCrop();
  }

  positioned(element, [left, top, right, bottom], page, at) {
    element.style.left = `${(100 * left) / page.width}%`;
    element.style.top = `${(100 * top) / page.height}%`;
    element.style.width = `${(100 * (right - left)) / page.width}%`;
    element.style.height = `${(100 * (bottom - top)) / page.height}%`;
    if (at !== undefined) element.dataset.at = at;
    return element;
  }

  scroll(quietly) {
    const box = this.sheet.querySelector(".box.now");
    if (!box) return;
    this.reveal(this.desk, box.offsetTop, box.offsetHeight, !quietly);
    this.desk.scrollLeft = Math.max(0, box.offsetLeft - this.desk.clientWidth / 3);
  }

  reveal(holder, top, height, smooth) {
    const above = holder.scrollTop + 24;
    const below = holder.scrollTop + holder.clientHeight - height - 24;
    const inner = holder === this.list ? top - holder.offsetTop : top;
    const at = holder === this.list ? inner : top;
    if (at >= above && at <= below) return;
    holder.scrollTo({ top: Math.max(0, at - holder.clientHeight * 0.4), behavior: smooth ? "smooth" : "auto" });
  }

  drawCrop() {
    const field = this.field(this.now);
    const box = this.place || (field && field.page === this.page ? field.box : null);
    const page = this.pages.get(this.page);
    this.crop.replaceChildren();
    if (!box || !page || !page.image) {
      const text = field && field.page !== null ? "" : "It was not found. Click it on the page, or type it.";
      this.crop.append(make("div", "none", text));
      return;
    }
    const [left, top, right, bottom] = box;
    const wide = Math.max(right - left + 2 * MARGIN[0], NARROWEST);
    const high = bottom - top + 2 * MARGIN[1];
    const width = this.crop.clientWidth || 400;
    const height = this.crop.clientHeight || 80;
    const scale = Math.min(width / wide, height / high, 3);
    const shift = (value, size, whole, room) => {
      const start = value - (room / scale - size) / 2;
      return Math.max(0, Math.min(start, Math.max(0, whole - room / scale)));
    };
    const x = shift(left, right - left, page.width, width);
    const y = shift(top, bottom - top, page.height, height);
    const paper = make("div", "paper");
    const image = make("img");
    image.src = page.image;
    image.alt = "";
    image.style.width = `${page.width * scale}px`;
    image.style.left = `${-x * scale}px`;
    image.style.top = `${-y * scale}px`;
    const mark = make("div", `mark ${field.tone}`);
    mark.style.left = `${(left - x) * scale - 4}px`;
    mark.style.top = `${(top - y) * scale - 3}px`;
    mark.style.width = `${(right - left) * scale + 8}px`;
    mark.style.height = `${(bottom - top) * scale + 6}px`;
    paper.append(image, mark);
    this.crop.append(paper);
  }

  // Words of the page: a click takes one, a frame drawn over several takes them all

  drag() {
    let from = null;
    let band = null;
    const at = (event) => {
      const page = this.pages.get(this.page);
      const frame = this.sheet.getBoundingClientRect();
      return [
        ((event.clientX - frame.left) / frame.width) * page.width,
        ((event.clientY - frame.top) / frame.height) * page.height,
      ];
    };
    const area = (to) => [
      Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1]),
    ];
    this.sheet.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.drawn) return;
      from = at(event);
      this.sheet.setPointerCapture(event.pointerId);
    });
    this.sheet.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = at(event);
      if (!band && Math.hypot(to[0] - from[0], to[1] - from[1]) < 4) return;
      if (!band) {
        band = make("div", "band");
        this.sheet.append(band);
      }
      this.positioned(band, area(to), this.drawn);
    });
    this.sheet.addEventListener("pointerup", (event) => {
      if (!from) return;
      const to = at(event);
      this.take(band ? area(to) : [...to, ...to], event.shiftKey);
      if (band) band.remove();
      from = band = null;
    });
  }

  take([left, top, right, bottom], more) {
    const page = this.drawn;
    const hit = (word) => word[1] <= right + 1 && word[3] >= left - 1 && word[2] <= bottom + 1 && word[4] >= top - 1;
    const found = page.words.map((word, at) => at).filter((at) => hit(page.words[at]));
    if (!found.length) return;
    const taken = more ? [...this.sheet.querySelectorAll(".taken")].map((word) => Number(word.dataset.at)) : [];
    const all = [...new Set([...taken, ...found])].sort((one, two) => one - two);
    for (const word of this.words) word.classList.toggle("taken", all.includes(Number(word.dataset.at)));
    const words = all.map((at) => page.words[at]);
    this.place = [
      Math.min(...words.map((word) => word[1])), Math.min(...words.map((word) => word[2])),
      Math.max(...words.map((word) => word[3])), Math.max(...words.map((word) => word[4])),
    ];
    this.input.value = words.map((word) => word[0]).join(" ");
    this.input.focus();
    this.touched();
    this.drawCrop();
  }
}

function percent(share) {
  return `${Math.floor(share * 100)} %`;
}
