// The wall of a meeting: the same script for the screen of the room, for those who follow, and inside the one-file pack.
//
// All slides are here from the first moment, so turning one asks nobody. What is said to the server (which slide is on
// the wall, a recommendation, a declaration) waits in the browser's own store until the server has confirmed it by its
// id: a network that dies for a minute, or a laptop that is closed, loses nothing, and what is sent twice counts once.

const WIDE = {name: "wide", width: 1920, height: 1080}, SQUARE = {name: "square", width: 1440, height: 1080};
const TALL = {name: "tall", width: 0, height: 0};
const LARGEST_TITLE = 56, LEAST_TITLE = 30;
const RESEND = 4000;

const identity = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
};

const element = (tag, attributes = {}, ...inside) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...inside.filter(one => one != null));
  return made;
};

// Drawn, since the typeface that is shipped has no such signs.
const LEFT = "M15 4l-8 8 8 8", RIGHT = "M9 4l8 8-8 8", UP = "M12 20V5M5 12l7-7 7 7";
const mark = (drawn = "M3 9V3h6M15 3h6v6M21 15v6h-6M9 21H3v-6") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of [["viewBox", "0 0 24 24"], ["width", "28"], ["height", "28"], ["aria-hidden", "true"]]) {
    made.setAttribute(name, value);
  }
  const line = document.createElementNS(made.namespaceURI, "path");
  line.setAttribute("d", drawn);
  for (const [name, value] of [["fill", "none"], ["stroke", "currentColor"], ["stroke-width", "2.4"]]) line.setAttribute(name, value);
  made.append(line);
  return made;
};

const plain = text => text.replace(/[\u2066-\u2069\u200e\u200f]/g, "").trim();

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

// What the browser keeps, under one name per meeting. Where it may keep nothing, this page does as long as it lives.
class Kept {
  constructor(name) {
    this.name = name;
    this.said = {outbox: [], drafts: {}};
    try {
      Object.assign(this.said, JSON.parse(localStorage.getItem(name) || "{}"));
    } catch {
      // Refused, or not ours: begin anew.
    }
  }

  save() {
    if (!this.name) return;
    try {
      localStorage.setItem(this.name, JSON.stringify(this.said));
    } catch {
      // No room, or refused.
    }
  }
}

export class Wall {
  // deck: as exports/wall.py makes it. send(entries): tell the server; connected(): whether it can be told.
  constructor(host, deck, {send = null, connected = () => true, leave = null} = {}) {
    this.deck = deck;
    this.words = deck.words;
    this.send = send;
    this.connected = connected;
    this.leave = leave;
    this.kept = new Kept(deck.store || "");
    this.live = {};
    this.asked = false;
    this.at = 0;
    this.down = null;
    this.page = 0;
    this.pages = [];
    this.told = null;
    this.build(host);
    this.settle();
    const key = this.kept.said.at || decodeURIComponent(location.hash.slice(1));
    if (deck.mode === "follow") this.at = Math.max(0, this.way.length - 1);
    else this.find(key);
    this.draw();
    const form = this.kept.said.form;
    if (form && this.may) this.open(form.kind, form.key);
    this.timer = setInterval(() => this.flush(), 1000);
  }

  // Whether it may stand on a telephone held upright, for which its charts are drawn too.
  get held() {
    return this.deck.mode === "follow" || this.deck.mode === "pack";
  }

  get may() {
    return this.deck.mode === "present" && !!this.live.offer;
  }

  // What the browser draws

  build(host) {
    const {words, deck} = this;
    const button = (name, sign, run) =>
      element("button", {type: "button", class: `tw-tool tw-tool-${name}`, "aria-label": words[name], title: words[name],
        onclick: event => { event.currentTarget.blur(); run(); }}, sign);
    const [before, after] = deck.dir === "rtl" ? [RIGHT, LEFT] : [LEFT, RIGHT];
    this.heading = element("p", {class: "tw-of"},
      ...[deck.office, deck.title].filter(Boolean).map(said => element("span", {}, said)));
    this.state = element("p", {class: "tw-state", role: "status"});
    this.counter = element("p", {class: "tw-counter"});
    this.place = element("div", {class: "tw-place", tabindex: "-1"});
    this.more = element("button", {type: "button", class: "tw-more", onclick: () => this.descend()}, words.detail);
    this.toast = element("p", {class: "tw-toast", role: "status"});
    this.over = element("div", {class: "tw-over", hidden: true});
    this.stage = element("div", {class: "tw-stage"},
      element("div", {class: "tw-top"}, this.heading,
        element("div", {class: "tw-tools"}, button("back", mark(UP), () => this.ascend()),
          button("previous", mark(before), () => this.previous()), button("next", mark(after), () => this.next()),
          button("help", "?", () => this.help()), button("full_screen", mark(), () => this.full())),
        this.counter),
      this.place, this.state, this.more, this.toast, this.over);
    if (this.held) {
      const turn = (name, run) => element("button", {type: "button", class: `tw-turn tw-turn-${name}`, onclick: run}, words[name]);
      this.stage.append(element("div", {class: "tw-turns"}, turn("back", () => this.ascend()),
        turn("previous", () => this.previous()), turn("next", () => this.next())));
    }
    this.root = element("div", {class: "tw-wall", lang: deck.locale, dir: deck.dir, role: "region",
      "aria-label": deck.title}, this.stage);
    host.append(this.root);
    this.root.addEventListener("click", event => this.clicked(event));
    this.moved = null;
    this.root.addEventListener("pointermove", () => {
      this.root.classList.add("tw-pointed");
      clearTimeout(this.moved);
      this.moved = setTimeout(() => this.root.classList.remove("tw-pointed"), 2500);
    });
    this.onkey = event => this.pressed(event);
    // The window hears a key before Streamlit does, for which R and C mean something else.
    for (const kind of ["keydown", "keyup", "keypress"]) window.addEventListener(kind, this.onkey, true);
    this.onsize = () => this.size();
    window.addEventListener("resize", this.onsize);
    this.shape = null;
    this.size(false);
  }

  close() {
    clearInterval(this.timer);
    for (const kind of ["keydown", "keyup", "keypress"]) window.removeEventListener(kind, this.onkey, true);
    window.removeEventListener("resize", this.onsize);
    this.root.remove();
  }

  size(again = true) {
    const width = window.innerWidth, height = window.innerHeight;
    const upright = this.held && width < height;
    const shape = upright ? TALL : width / height >= 1.5 ? WIDE : SQUARE;
    const scale = upright ? 1 : Math.min(width / shape.width, height / shape.height);
    const side = (width - shape.width * scale) / 2, top = (height - shape.height * scale) / 2;
    this.stage.style.transform = upright ? "none" : `translate(${side}px, ${top}px) scale(${scale})`;
    if (shape === this.shape) return;
    this.shape = shape;
    for (const one of [WIDE, SQUARE, TALL]) this.root.classList.toggle(`tw-${one.name}`, one === shape);
    if (again) this.draw();
  }

  // The slides in the order in which they are turned: those that were frozen, then those made of what is said here.
  settle() {
    const slides = [...this.deck.slides, ...(this.live.slides || [])];
    this.way = slides.filter(slide => !slide.parent && (this.asked || !slide.asked));
    this.below = new Map();
    for (const slide of slides) {
      if (slide.parent && (this.asked || !slide.asked)) {
        if (!this.below.has(slide.parent)) this.below.set(slide.parent, []);
        this.below.get(slide.parent).push(slide);
      }
    }
    this.at = Math.min(this.at, Math.max(0, this.way.length - 1));
  }

  get current() {
    return this.down || this.way[this.at];
  }

  get siblings() {
    return this.down ? this.below.get(this.down.parent) || [] : [];
  }

  get children() {
    return this.down ? [] : this.below.get(this.current?.key) || [];
  }

  find(key) {
    const at = this.way.findIndex(slide => slide.key === key);
    if (at >= 0) {
      this.at = at;
      return;
    }
    for (const [parent, slides] of this.below) {
      const found = slides.find(slide => slide.key === key), above = this.way.findIndex(slide => slide.key === parent);
      if (found && above >= 0) {
        this.at = above;
        this.down = found;
      }
    }
  }

  draw(page = 0) {
    const slide = this.current, {words} = this;
    this.page = page;
    if (!slide) {
      this.place.replaceChildren(element("section", {class: "tw-slide tw-kind-cover"},
        element("h1", {class: "tw-title"}, this.deck.title),
        element("p", {class: "tw-cover-line"}, words.empty)));
      this.counter.textContent = "";
      this.more.hidden = true;
      this.root.dataset.key = "";
      return;
    }
    this.place.innerHTML = slide.html;
    this.stage.scrollTop = 0;
    this.fit();
    if (page < 0) this.page = this.pages.length - 1;
    this.turn();
    this.more.hidden = this.children.length === 0;
    this.lead();
    this.numbered = filled(words.counter, {number: this.at + 1, total: this.way.length});
    if (this.down) {
      const place = {number: this.siblings.indexOf(this.down) + 1, total: this.siblings.length};
      this.numbered += ` · ${filled(words.counter, place)}`;
    }
    this.counted();
    this.root.classList.toggle("tw-below", !!this.down);
    this.state.textContent = slide.asked ? words.asked : "";
    this.root.dataset.key = slide.key;
    this.kept.said.at = slide.key;
    this.kept.save();
    this.tell(slide.key);
  }

  // What leads into a territory: what the chart marks with its code, else its name where it stands in chart or table.
  lead() {
    for (const shape of this.place.querySelectorAll("[data-code], svg text, td:first-child")) {
      const name = plain(shape.textContent);
      const child = this.children.find(one => shape.dataset.code ? one.territory === shape.dataset.code : plain(one.name) === name);
      if (!child) continue;
      shape.dataset.leads = child.key;
      shape.classList.add("tw-leads");
    }
  }

  counted() {
    const page = {number: this.page + 1, total: this.pages.length};
    this.counter.textContent = this.numbered + (this.pages.length > 1 ? ` · ${filled(this.words.page, page)}` : "");
    this.root.dataset.page = this.page;
  }

  // The largest title that leaves the chart its room, and the pages of what does not fit at once.
  fit() {
    this.pages = [];
    if (this.shape === TALL) return;
    const title = this.place.querySelector(".tw-title");
    if (title && !this.place.querySelector(".tw-kind-cover")) {
      for (let size = LARGEST_TITLE; size >= LEAST_TITLE; size -= 2) {
        title.style.fontSize = `${size}px`;
        if (title.scrollHeight <= title.clientHeight + 1) break;
      }
    }
    const pictures = [...this.place.querySelectorAll(`.tw-for-${this.shape.name} .tw-picture`)];
    if (pictures.length) this.pages = pictures.map(picture => [picture]);
    const main = this.place.querySelector(".tw-main"), section = this.place.firstElementChild;
    const cover = this.place.querySelector(".tw-kind-cover .tw-main");
    for (let size = 44; cover && size >= 26 && cover.scrollHeight > cover.clientHeight + 1; size -= 2) {
      cover.style.fontSize = `${size}px`;
    }
    const aside = this.place.querySelector(".tw-aside"), foot = this.place.querySelector(".tw-body");
    const under = !!aside && aside.lastElementChild.getBoundingClientRect().bottom > foot.getBoundingClientRect().bottom + 1;
    // Numbers that do not fit, or whose verdict would lie on the sources, stand closer; those beside each other give the
    // room of their units, which then stand with what they count.
    section.classList.toggle("tw-crowded", under || (!!aside && aside.scrollHeight > aside.clientHeight + 1));
    const parts = this.place.querySelector(".tw-parts");
    if (!parts) return;
    // The rows, then the sentences below them; a table's head stands on each page that has a row.
    const whole = parts.closest("table") || parts, rows = [...parts.children];
    const all = [...rows, ...main.querySelectorAll(":scope > .tw-line")];
    const lay = step => {
      section.classList.remove("tw-close", "tw-tight", "tw-broken");
      section.classList.add(...step.split(" ").filter(Boolean));
      const head = whole.offsetHeight - parts.offsetHeight;
      this.pages = [];
      let left = -1;
      for (const part of all) {
        const style = getComputedStyle(part), row = part.parentElement === parts;
        const own = part.offsetHeight + (parseFloat(style.marginBottom) || 0) + (parseFloat(style.marginTop) || 0);
        if (own > left || !this.pages.length) {
          this.pages.push([]);
          left = main.clientHeight - (row ? head : 0);
        }
        this.pages[this.pages.length - 1].push(part);
        left -= own;
      }
      return main.scrollWidth <= main.clientWidth + 1;
    };
    const steps = ["", "tw-close", "tw-close tw-tight", "tw-close tw-tight tw-broken"];
    // What takes several pages however close it stands is as large as it may be.
    if (!steps.some(step => lay(step) && this.pages.length < 2)) steps.slice(1).some(lay);
    if (this.pages.length > 1 && whole !== parts) {
      // A column keeps its place from page to page.
      const heads = [...whole.querySelectorAll("th")], widths = heads.map(one => one.getBoundingClientRect().width);
      const all = widths.reduce((sum, width) => sum + width, 0);
      heads.forEach((one, at) => { one.style.width = `${(100 * widths[at]) / all}%`; });
      whole.style.tableLayout = "fixed";
    }
    this.whole = whole;
    this.rows = new Set(rows);
  }

  turn() {
    this.pages.forEach((parts, at) => parts.forEach(part => { part.hidden = at !== this.page; }));
    if (this.whole?.isConnected && this.pages.length) this.whole.hidden = !this.pages[this.page].some(part => this.rows.has(part));
  }

  // Turning

  next() {
    if (this.page < this.pages.length - 1) {
      this.page += 1;
      this.turn();
      this.counted();
    } else if (this.down) {
      const at = this.siblings.indexOf(this.down);
      if (at < this.siblings.length - 1) {
        this.down = this.siblings[at + 1];
        this.draw();
      }
    } else if (this.at < this.way.length - 1) {
      this.at += 1;
      this.draw();
    }
  }

  previous() {
    if (this.page > 0) {
      this.page -= 1;
      this.turn();
      this.counted();
    } else if (this.down) {
      const at = this.siblings.indexOf(this.down);
      if (at > 0) {
        this.down = this.siblings[at - 1];
        this.draw(-1);
      }
    } else if (this.at > 0) {
      this.at -= 1;
      this.draw(-1);
    }
  }

  go(at) {
    this.down = null;
    this.at = at;
    this.draw();
  }

  descend() {
    const children = this.children;
    if (children.length === 1) this.into(children[0]);
    else if (children.length > 1) this.choose(children);
  }

  into(child) {
    this.down = child;
    this.draw();
  }

  ascend() {
    if (!this.down) return false;
    const came = this.down;
    this.down = null;
    this.last = came.key;
    this.draw();
    return true;
  }

  clicked(event) {
    if (this.root.classList.contains("tw-black")) {
      this.root.classList.remove("tw-black");
      return;
    }
    const shape = event.target.closest?.("[data-leads]");
    const child = shape && this.children.find(one => one.key === shape.dataset.leads);
    if (child) this.into(child);
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => {});
  }

  // Keys

  pressed(event) {
    if (!this.root.isConnected) return;
    event.stopImmediatePropagation();
    if (event.type !== "keydown") return;
    if (event.key === "Escape") event.preventDefault();
    if (event.isComposing) return;
    if (!this.over.hidden) {
      this.overlaid(event);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Tab") return;
    if (this.typing(event)) return;
    const onButton = event.target.closest?.("button");
    if (onButton && (event.key === "Enter" || event.key === " ")) return;
    const forward = this.deck.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = this.deck.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const runs = {
      [forward]: () => this.next(), ArrowDown: () => this.next(), PageDown: () => this.next(), " ": () => this.next(),
      [back]: () => this.previous(), ArrowUp: () => this.previous(), PageUp: () => this.previous(),
      Home: () => this.go(0), End: () => this.go(Math.max(0, this.way.length - 1)),
      Enter: () => this.descend(), Backspace: () => this.ascend(),
      Escape: () => this.ascend() || this.leave?.(),
      F5: () => this.full(),
    };
    // By the key's place where its letter is another: the keyboard of the room writes Arabic.
    const letters = {
      KeyB: () => this.root.classList.add("tw-black"), Period: () => this.root.classList.add("tw-black"),
      KeyF: () => this.full(), KeyN: () => this.help(), KeyS: () => this.ask(),
      KeyR: () => this.open("recommend"), KeyD: () => this.open("declare"),
    };
    const latin = /^[a-z]$/i.test(event.key) ? `Key${event.key.toUpperCase()}` : event.code;
    const run = event.key === "?" || event.key === "؟" ? () => this.help() : runs[event.key] || letters[latin];
    if (this.root.classList.contains("tw-black")) {
      event.preventDefault();
      this.root.classList.remove("tw-black");
      if (latin === "KeyB" || event.key === "Escape") return;
    }
    if (!run) return;
    event.preventDefault();
    run();
  }

  // The number of a slide, then Enter: digits of either keyboard. Whether the key was of it.
  typing(event) {
    const digit = /^[0-9]$/.test(event.key) ? event.key : /^[\u0660-\u0669]$/.test(event.key) ? String(event.key.charCodeAt(0) - 0x660) : "";
    const black = this.root.classList.contains("tw-black");
    if (digit && !black) this.number = ((this.number || "") + digit).slice(-3);
    else if (!this.number) return false;
    else {
      const number = Number(this.number), goes = event.key === "Enter" && number >= 1 && number <= this.way.length;
      this.number = "";
      this.say("");
      if (goes) this.go(number - 1);
      // Any other key means what it always means, but that Escape and Enter end the number alone.
      if (event.key !== "Enter" && event.key !== "Escape") return false;
      event.preventDefault();
      return true;
    }
    event.preventDefault();
    this.say(filled(this.words.counter, {number: this.number, total: this.way.length}), true);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { this.number = ""; this.say(""); }, 3000);
    return true;
  }

  overlaid(event) {
    if (event.key === "Escape") {
      this.shut();
      return;
    }
    const choices = [...this.over.querySelectorAll(".tw-choice")];
    if (choices.length && ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      const at = choices.indexOf(document.activeElement);
      const step = event.key === "ArrowDown" || event.key === (this.deck.dir === "rtl" ? "ArrowLeft" : "ArrowRight");
      const to = event.key === "Home" ? 0 : event.key === "End" ? choices.length - 1 : at + (step ? 1 : -1);
      choices[(to + choices.length) % choices.length].focus();
      return;
    }
    if (event.key === "Tab") {
      // The overlay is all there is until it is shut.
      const all = [...this.over.querySelectorAll("button, input, select, textarea")].filter(one => !one.disabled);
      const at = all.indexOf(document.activeElement);
      if (all.length && (at < 0 || at === (event.shiftKey ? 0 : all.length - 1))) {
        event.preventDefault();
        all[event.shiftKey ? all.length - 1 : 0].focus();
      }
      return;
    }
    if (event.key === "Enter" && event.target.matches?.("input, select")) event.preventDefault();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.over.querySelector("form")?.requestSubmit();
    if (this.over.dataset.kind === "help" && event.key !== "Shift") {
      event.preventDefault();
      this.shut();
    }
  }

  ask() {
    const slides = [...this.deck.slides, ...(this.live.slides || [])];
    if (this.deck.mode !== "present" || !slides.some(slide => slide.asked)) return;
    const key = this.current?.key;
    this.asked = !this.asked;
    this.down = null;
    this.settle();
    if (this.asked) {
      // To the first of them that comes.
      const at = this.way.findIndex((slide, place) => slide.asked && place >= this.at);
      this.at = at >= 0 ? at : this.at;
    } else {
      const at = this.way.findIndex(slide => slide.key === key);
      this.at = at >= 0 ? at : Math.max(0, Math.min(this.at - 1, this.way.length - 1));
    }
    this.draw();
  }

  // What is laid over a slide

  lay(kind, title, ...inside) {
    const id = `tw-over-${kind}`;
    this.over.replaceChildren(element("div", {class: "tw-box", role: "dialog", "aria-modal": "true",
      "aria-labelledby": id}, element("h2", {id}, title), ...inside));
    this.over.dataset.kind = kind;
    this.over.hidden = false;
    this.place.inert = true;
  }

  shut() {
    if (this.over.dataset.kind === "recommend" || this.over.dataset.kind === "declare") {
      delete this.kept.said.form;
      this.kept.save();
    }
    this.over.hidden = true;
    this.over.replaceChildren();
    this.place.inert = false;
    this.place.focus({preventScroll: true});
  }

  help() {
    const {words} = this, rtl = this.deck.dir === "rtl";
    const keys = [
      [[rtl ? "←" : "→", "Page Down"], words.key_next], [[rtl ? "→" : "←", "Page Up"], words.key_previous],
      [["Home", "End"], words.key_ends], [["1", "…", "Enter"], words.key_number],
      [["Enter"], words.key_down], [["Esc"], this.leave ? words.key_up : words.key_up_only],
      [["F"], words.key_full], [["B"], words.key_black],
      ...(this.may ? [[["R"], words.key_recommend], [["D"], words.key_declare]] : []),
      ...(this.deck.slides.some(slide => slide.asked) && this.deck.mode === "present" ? [[["S"], words.key_asked]] : []),
    ];
    const list = element("dl", {class: "tw-keys"});
    for (const [names, what] of keys) {
      const dt = element("dt", {dir: "ltr"});
      for (const name of names) dt.append(element("kbd", {}, name));
      list.append(element("div", {}, dt, element("dd", {}, what)));
    }
    const close = element("button", {type: "button", class: "tw-do", onclick: () => this.shut()}, words.close);
    this.lay("help", words.help, list, close);
    close.focus();
  }

  choose(children) {
    const list = element("ul", {class: "tw-choices"});
    for (const child of children) {
      list.append(element("li", {}, element("button", {type: "button", class: "tw-choice",
        onclick: () => { this.shut(); this.into(child); }}, child.name || child.key)));
    }
    if (children.length > 24) list.classList.add("tw-many");
    this.lay("choose", this.words.detail_title, list);
    const before = children.findIndex(child => child.key === this.last);
    list.querySelectorAll("button")[Math.max(0, before)].focus();
  }

  say(text, lasting = false) {
    this.toast.textContent = text;
    clearTimeout(this.fading);
    if (!lasting) this.fading = setTimeout(() => { this.toast.textContent = ""; }, 6000);
  }

  // Recommendations and declarations

  draft(kind, key) {
    const name = `${kind}|${key}`;
    return (this.kept.said.drafts[name] ||= {id: identity()});
  }

  open(kind, key = null) {
    if (!this.may) return;
    const slide = [...this.deck.slides, ...(this.live.slides || [])].find(one => one.key === key) || this.current;
    const draft = this.draft(kind, slide.key), {words} = this, {offer} = this.live;
    const keep = (name, value) => {
      draft[name] = value;
      this.kept.save();
    };
    const field = (label, input, wide = false) =>
      element("label", {class: wide ? "tw-field tw-whole" : "tw-field"}, element("span", {}, label), input);
    const text = (name, rows, attributes = {}) => {
      const input = element("textarea", {rows, name, dir: "auto", ...attributes,
        oninput: event => keep(name, event.target.value)});
      input.value = draft[name] || "";
      return input;
    };
    const select = (name, options, preset = "", empty = words.choose) => {
      const input = element("select", {name, onchange: event => keep(name, event.target.value)},
        element("option", {value: ""}, empty),
        ...options.map(([value, said]) => element("option", {value}, said)));
      input.value = draft[name] ?? preset;
      if (input.selectedIndex < 0) input.value = "";
      draft[name] = input.value;
      return input;
    };
    const day = (name, preset, heard = () => {}) => {
      const [year, month, date] = (draft[name] ?? preset ?? "").split("-");
      const now = Number((preset || offer.on).slice(0, 4));
      const parts = [
        ["day", Array.from({length: 31}, (_, at) => [String(at + 1).padStart(2, "0"), String(at + 1)]), date],
        ["month", words.months.map((said, at) => [String(at + 1).padStart(2, "0"), said]), month],
        ["year", [-1, 0, 1, 2].map(step => [String(now + step), String(now + step)]), year],
      ].map(([part, options, value]) => {
        const input = element("select", {"aria-label": words[part], onchange: () => join()},
          element("option", {value: ""}, words[part]),
          ...options.map(([one, said]) => element("option", {value: one}, said)));
        input.value = value || "";
        return input;
      });
      const join = () => {
        const [d, m, y] = parts.map(input => input.value);
        keep(name, d && m && y ? `${y}-${m}-${d}` : "");
        heard(draft[name]);
      };
      join();
      return element("span", {class: "tw-day"}, ...parts);
    };
    // A date that nobody has settled says where it comes from, until another one is chosen.
    const due = () => {
      const label = element("span", {});
      const inside = day("due", offer.due, said => {
        label.textContent = offer.due_proposed && said === offer.due ? words.due_proposed : words.due;
      });
      return element("div", {class: "tw-field", role: "group", "aria-label": words.due}, label, inside);
    };
    const group = (label, inside) => element("div", {class: "tw-field", role: "group", "aria-label": label},
      element("span", {}, label), inside);
    const services = offer.services.map(one => [one.id, one.name]);
    const faults = element("ul", {class: "tw-faults", role: "alert"});
    const fault = texts => faults.replaceChildren(...texts.map(one => element("li", {}, one)));
    const begun = offer.slides?.[slide.key] || {};
    const [step, unit] = begun.step ? [begun.step, begun.unit] : slide.counts[0] || [];
    const own = offer.counts.find(one => one.step === step && (!unit || one.unit === unit));
    const count = select("count", offer.counts.map(one => [`${one.step}|${one.unit}`, one.name]),
      own ? `${own.step}|${own.unit}` : "", words.no_figure);
    const place = select("territory", offer.places.map(one => [one.code, one.name]),
      begun.territory || slide.territory, words.no_territory);
    const said = text("text", kind === "recommend" ? 4 : 3, {"aria-label": words[`${kind}_text`]});
    let fields, needed;
    if (kind === "recommend") {
      const expected = element("input", {name: "expected", inputmode: "numeric", dir: "ltr", autocomplete: "off",
        oninput: event => keep("expected", event.target.value)});
      expected.value = draft.expected || "";
      fields = [
        field(words.recommend_text, said, true),
        field(words.lead, select("lead", services)),
        due(),
        this.partners(draft, services, keep),
        field(`${words.expected} (${words.optional})`, expected),
        field(`${words.figure} (${words.optional})`, count),
        field(`${words.territory} (${words.optional})`, place),
      ];
      needed = () => [!draft.text?.trim() && words.need_text, !draft.lead && words.need_lead, !draft.due && words.need_due];
    } else {
      const value = element("input", {name: "value", inputmode: "decimal", dir: "ltr", autocomplete: "off",
        oninput: event => keep("value", event.target.value)});
      value.value = draft.value || "";
      fields = [
        field(words.declare_service, select("service", services), true),
        field(`${words.declare_value} (${words.optional})`, value),
        group(words.declare_on, day("on", begun.on || offer.on)),
        field(words.declare_text, said, true),
        field(`${words.figure} (${words.optional})`, count),
        field(`${words.territory} (${words.optional})`, place),
      ];
      needed = () => [!draft.service && words.need_service, !draft.text?.trim() && !draft.value?.trim() && words.need_said];
    }
    const submit = element("button", {type: "submit", class: "tw-do"}, words.submit);
    const form = element("form", {class: "tw-form", novalidate: true, onsubmit: event => {
      event.preventDefault();
      const missing = needed().filter(Boolean);
      fault(missing);
      if (missing.length) return;
      this.post(kind, slide.key, draft);
      if (this.connected()) submit.textContent = words.sending;
      else {
        this.shut();
        this.say(words.kept);
      }
    }}, ...fields, faults, element("div", {class: "tw-buttons"}, submit,
      element("button", {type: "button", class: "tw-quiet", onclick: () => this.shut()}, words.cancel),
      element("p", {class: "tw-hint"}, words.draft)));
    this.lay(kind, words[kind], element("p", {class: "tw-against"},
      slide.html ? new DOMParser().parseFromString(slide.html, "text/html").querySelector("h1")?.textContent || "" : ""),
    form);
    this.faulted = texts => {
      fault(texts);
      submit.textContent = words.submit;
    };
    if (draft.faults) fault(draft.faults);
    else if (!services.length) fault([words.no_services]);
    this.kept.said.form = {kind, key: slide.key};
    this.kept.save();
    (kind === "recommend" ? said : form.querySelector("select")).focus();
  }

  partners(draft, services, keep) {
    const {words} = this;
    draft.partners ||= [];
    const chips = element("span", {class: "tw-chips"});
    const add = element("select", {onchange: event => {
      if (event.target.value && !draft.partners.includes(event.target.value)) {
        keep("partners", [...draft.partners, event.target.value]);
        list();
      }
      event.target.value = "";
    }}, element("option", {value: ""}, words.partner_add),
    ...services.map(([value, said]) => element("option", {value}, said)));
    const list = () => chips.replaceChildren(...draft.partners.map(id => {
      const name = services.find(([value]) => value === id)?.[1] || id;
      return element("button", {type: "button", class: "tw-chip", "aria-label": filled(words.partner_remove, {name}),
        onclick: () => { keep("partners", draft.partners.filter(one => one !== id)); list(); add.focus(); }}, `${name} ×`);
    }));
    list();
    return element("div", {class: "tw-field"}, element("label", {class: "tw-inner"},
      element("span", {}, `${words.partners} (${words.optional})`), add), chips);
  }

  // Telling the server

  post(kind, key, draft) {
    const [step, unit] = (draft.count || "|").split("|");
    const {faults, count, ...said} = draft;
    delete draft.faults;
    this.queue({...said, kind, slide: key, step, unit});
  }

  tell(key) {
    if (this.deck.mode !== "present" || this.told === key) return;
    this.told = key;
    this.queue({kind: "show", id: identity(), key});
  }

  queue(entry) {
    const outbox = this.kept.said.outbox.filter(one => one.id !== entry.id);
    this.kept.said.outbox = [...outbox, entry];
    this.kept.save();
    this.sent = 0;
    this.flush();
  }

  flush() {
    const {outbox} = this.kept.said, typed = outbox.filter(one => one.kind !== "show").length;
    const online = this.connected();
    if (this.deck.mode !== "pack") {
      const waiting = typed ? ` · ${filled(this.words.waiting, {number: typed})}` : "";
      this.root.classList.toggle("tw-offline", !online);
      const mark = online ? "" : `${this.words.offline}${waiting}`;
      if (this.mark !== mark) {
        this.mark = mark;
        this.state.textContent = mark || (this.current?.asked ? this.words.asked : "");
      }
    }
    if (!this.send || !outbox.length || !online || Date.now() - (this.sent || 0) < RESEND) return;
    this.sent = Date.now();
    // Not before the slide is painted: turning waits for nothing.
    requestAnimationFrame(() => setTimeout(() => this.send(this.kept.said.outbox.slice(0, 50))));
  }

  // What the server says: answers by id, slides made of what was said, what the forms offer.
  receive(live) {
    const first = !this.live.offer;
    this.live = live;
    for (const [id, answer] of Object.entries(live.answers || {})) this.answered(id, answer);
    const key = this.current?.key;
    this.settle();
    if ((live.slides || []).some(slide => slide.key === key)) {
      this.at = this.way.findIndex(slide => slide.key === key);
      this.draw(this.page);
    } else if (this.current && !this.down) {
      this.numbered = filled(this.words.counter, {number: this.at + 1, total: this.way.length});
      this.counted();
    }
    if (first && this.may && this.kept.said.form && this.over.hidden) {
      this.open(this.kept.said.form.kind, this.kept.said.form.key);
    }
    this.flush();
  }

  answered(id, answer) {
    const entry = this.kept.said.outbox.find(one => one.id === id);
    if (!entry) return;
    this.kept.said.outbox = this.kept.said.outbox.filter(one => one.id !== id);
    if (entry.kind !== "show") {
      const name = `${entry.kind}|${entry.slide}`, draft = this.kept.said.drafts[name];
      const before = !this.over.hidden && this.over.dataset.kind === entry.kind && this.kept.said.form?.key === entry.slide;
      if (answer.ok) {
        if (draft?.id === id) delete this.kept.said.drafts[name];
        if (before) this.shut();
        this.say(filled(this.words[`recorded_${entry.kind}`], {number: answer.number}));
      } else {
        if (draft) draft.faults = answer.faults;
        if (before) this.faulted(answer.faults);
        else this.say(`${this.words.refused} ${answer.faults.join(" ")}`, true);
      }
    }
    this.kept.save();
  }

  // Another deck of the same meeting: one more slide was shown to those who follow, or it was frozen again.
  replace(deck) {
    const last = this.at === this.way.length - 1, key = this.current?.key;
    this.deck = deck;
    this.down = null;
    this.settle();
    const at = this.way.findIndex(slide => slide.key === key);
    this.at = deck.mode === "follow" && (last || at < 0) ? Math.max(0, this.way.length - 1) : Math.max(0, at);
    this.draw();
  }
}

// On the screen of the room: one component brings the deck (bytes), another what changes.

let wall = null, waiting = null, dialog = null, tell = null, store = null, brought = "";

const connected = () =>
  document.querySelector('[data-testid="stApp"]')?.getAttribute("data-test-connection-state") === "CONNECTED";

const raise = () => {
  // Above everything else and alone to take keys: nothing of Streamlit's is seen or heard, not even when the server is lost.
  if (!dialog) {
    // By this mark React's own boxes leave it alone: the one that says the server is lost would make it deaf.
    dialog = element("dialog", {class: "tw-dialog", "data-react-aria-top-layer": "true", oncancel: event => event.preventDefault(),
      onclose: () => { if (dialog.isConnected) dialog.showModal(); }});
  }
  if (!dialog.isConnected) document.body.append(dialog);
  if (!dialog.open) dialog.showModal();
};

export default function component({data, setTriggerValue}) {
  if (!data) return;
  if (data instanceof Uint8Array) {
    const text = new TextDecoder().decode(data);
    raise();
    // The same deck comes with every run of the page: the presenter stays on the page, and in the detail, that he is on.
    if (wall?.root.isConnected && text === brought) {
      if (waiting) wall.receive(waiting);
      return;
    }
    brought = text;
    const deck = JSON.parse(text);
    dialog.setAttribute("aria-label", deck.title);
    if (wall && store === deck.store && wall.deck.locale === deck.locale && wall.deck.mode === deck.mode) {
      wall.replace(deck);
    } else {
      wall?.close();
      store = deck.store;
      wall = new Wall(dialog, deck, {send: entries => tell?.(entries), connected, leave: () => {
        const address = new URL(location.href);
        address.searchParams.delete("wall");
        location.assign(address.href);
      }});
    }
    if (waiting) wall.receive(waiting);
  } else {
    tell = entries => setTriggerValue("said", entries);
    waiting = data;
    wall?.receive(data);
  }
}

// In the pack the slides stand in the document itself: without this script they can be read one below another.
const pack = globalThis.document?.getElementById("tw-pack");
if (pack) {
  const deck = JSON.parse(document.getElementById("tw-deck").textContent);
  for (const slide of deck.slides) {
    const found = [...pack.querySelectorAll("section")].find(one => one.dataset.key === slide.key);
    slide.html = found ? found.outerHTML : "";
  }
  const begun = document.body.children.length;
  try {
    new Wall(document.body, deck);
    // What is printed is the document: each slide on a page of its own.
    document.documentElement.classList.add("tw-packed");
  } catch (error) {
    // A browser that is too old: the document can be read as it is.
    while (document.body.children.length > begun) document.body.lastElementChild.remove();
    console.warn(error);
  }
}
