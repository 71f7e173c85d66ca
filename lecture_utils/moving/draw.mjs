// What the moving figures share on the screen: elements, plots with handles, controls, and the loop that trains.
// README.md shows how a figure uses it. Nothing here touches the page when it is loaded, so Node can load it too.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === null || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

export const html = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);
export const set = (element, attributes) => fill(element, attributes, []);

// ---- Numbers -----------------------------------------------------------------------------------------------------------

const RAISED = Object.fromEntries(Array.from("-0123456789", (one, i) => [one, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[i]]));
const digits = (value, count) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const text = Math.abs(value) >= 10000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(count)));
  return text.replace(/e\+?(.+)/, (_, power) => ` · 10${power.replace(/./g, (one) => RAISED[one])}`).replace(/-/g, "−");
};
// For settings, which are exact; for results, of which a browser can promise two digits; for counts.
export const short = (value) => digits(value, 3);
export const two = (value) => digits(value, 2);
export const count = (value) => Math.round(value).toLocaleString("en");
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Numbers and nested lists of them as Python writes them, with `places` decimals at most.
export const python = (value, places = 4) => {
  if (typeof value !== "number") return `[${Array.from(value, (one) => python(one, places)).join(", ")}]`;
  const text = String(Number(value.toFixed(places)));
  return /[.e]/.test(text) ? text : `${text}.0`;
};

// ---- Scales ------------------------------------------------------------------------------------------------------------

// From data to pixels; `invert` leads back, `moved` is a value some steps on (of a logarithmic scale: powers of ten).
export function linear([d0, d1], [r0, r1]) {
  const scale = (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
  const step = 10 ** Math.floor(Math.log10((d1 - d0) / 4)), wide = step * ([5, 2].find((k) => (d1 - d0) / step / k >= 3.5) ?? 1);
  const ticks = [];
  for (let k = Math.ceil(d0 / wide - 1e-9); k * wide <= d1 + 1e-9 * wide; k++) ticks.push(Number((k * wide).toPrecision(12)));
  return Object.assign(scale, {
    domain: [d0, d1], range: [r0, r1], ticks,
    invert: (pixel) => d0 + ((pixel - r0) / (r1 - r0)) * (d1 - d0),
    moved: (value, step) => value + step,
  });
}

export function logarithmic([d0, d1], range) {
  const inner = linear([Math.log10(d0), Math.log10(d1)], range), ticks = [];
  const factors = d1 / d0 > 200 ? [1] : [1, 2, 5], every = Math.ceil(Math.log10(d1 / d0) / 6);
  for (let k = Math.floor(Math.log10(d0)); k <= Math.log10(d1); k += every)
    for (const factor of factors) if (factor * 10 ** k >= d0 * 0.999 && factor * 10 ** k <= d1 * 1.001) ticks.push(Number(`${factor}e${k}`));
  return Object.assign((value) => inner(Math.log10(clamp(value, d0, d1))), {
    domain: [d0, d1], range, ticks,
    invert: (pixel) => 10 ** inner.invert(pixel),
    moved: (value, step) => value * 10 ** step,
  });
}

// The path of a line through points (x[i], y[i]) in pixels, to a tenth of one. It is broken where y is no number.
export function line(x, y) {
  let path = "", pen = "M";
  for (let i = 0; i < x.length; i++) {
    if (Number.isFinite(y[i])) path += `${pen}${x[i].toFixed(1)} ${clamp(y[i], -9999, 9999).toFixed(1)}`;
    pen = Number.isFinite(y[i]) ? "L" : "M";
  }
  return path;
}

// ---- Plots -------------------------------------------------------------------------------------------------------------

let clips = 0;

// A pair of axes. `label` is what a screen reader is told; `log` is "", "x", "y" or "xy"; the height is `ratio` of the
// width, within `least` and `most` pixels. Draw with `curve`, in units of the data.
export function plot({ label, x, y, xName = "", yName = "", log = "", ratio = 0.5, least = 220, most = 340, margin = {}, ticks = {} }) {
  const room = { left: 44, right: 10, top: 22, bottom: 34, ...margin }, clip = `mv-clip-${clips++}`;
  const frame = svg("g", { class: "mv-axes", "aria-hidden": "true" }), window_ = svg("rect");
  const inside = svg("g", { "clip-path": `url(#${clip})` }), above = svg("g");
  const picture = svg("svg", { role: "group", "aria-label": label }, svg("clipPath", { id: clip }, window_), frame, inside, above);
  const self = { element: html("div", { class: "mv-plot" }, picture), svg: picture, handles: [], width: 0, height: 0, domains: { x, y } };

  // Lays the axes out anew, for a width in pixels or other domains.
  self.size = (width = self.width) => {
    self.width = Math.max(200, Math.round(width));
    self.height = Math.round(clamp(self.width * ratio, least, most));
    const right = self.width - room.right, bottom = self.height - room.bottom;
    self.x = (log.includes("x") ? logarithmic : linear)(self.domains.x, [room.left, right]);
    self.y = (log.includes("y") ? logarithmic : linear)(self.domains.y, [bottom, room.top]);
    const facts = (scale) => [...scale.domain, ...scale.range].join(" ");
    set(picture, { viewBox: `0 0 ${self.width} ${self.height}`, width: self.width, height: self.height, "data-x": facts(self.x), "data-y": facts(self.y) });
    set(window_, { x: room.left, y: room.top - 2, width: right - room.left, height: bottom - room.top + 4 });
    frame.replaceChildren(
      ...(ticks.y ?? self.y.ticks).flatMap((tick) => [
        svg("line", { x1: room.left, x2: right, y1: self.y(tick), y2: self.y(tick), class: "mv-grid" }),
        svg("text", { x: room.left - 6, y: self.y(tick), dy: "0.32em", "text-anchor": "end" }, short(tick)),
      ]),
      ...(ticks.x ?? self.x.ticks).flatMap((tick) => [
        svg("line", { x1: self.x(tick), x2: self.x(tick), y1: bottom, y2: bottom + 4, class: "mv-axis" }),
        svg("text", { x: self.x(tick), y: bottom + 16, "text-anchor": "middle" }, short(tick)),
      ]),
      svg("line", { x1: room.left, x2: right, y1: bottom, y2: bottom, class: "mv-axis" }),
      svg("text", { x: right, y: self.height - 3, "text-anchor": "end", class: "mv-name" }, xName),
      svg("text", { x: 2, y: 11, class: "mv-name" }, yName),
    );
  };

  self.domain = (domains) => {
    Object.assign(self.domains, domains);
    if (self.width) self.size();
  };

  // A part to draw in: a path with a class, or a group; `free` parts may reach over the axes.
  self.add = (name, attributes = {}, { free = false } = {}) => {
    const part = svg(name, attributes);
    (free ? above : inside).append(part);
    return part;
  };
  self.path = (className) => self.add("path", { class: className });

  self.curve = (path, xs, ys) => set(path, { d: line(Array.from(xs, self.x), Array.from(ys, self.y)) });

  // `n` places across the x axis, one for two pixels unless given.
  self.places = (n = Math.round(self.width / 2)) => {
    const [from, to] = self.x.range;
    return Float64Array.from({ length: n + 1 }, (_, i) => self.x.invert(from + ((to - from) * i) / n));
  };

  // Something to grip; see README.md. Moved by mouse, touch and the arrow keys (Shift: ten steps, Home and End).
  self.handle = (options) => {
    const made = handle(self, options);
    above.append(made.element);
    self.handles.push(made);
    return made;
  };
  self.clearHandles = () => self.handles.splice(0).forEach((one) => one.element.remove());

  // Puts the handles where their values are.
  self.place = () => self.handles.forEach((one) => one.update());
  return self;
}

function handle(chart, { label, axis = "xy", shape = "circle", at, move, value, text, min, max, step = 0.1, pick = () => {}, className = "" }) {
  const knob = shape === "circle" ? svg("circle", { r: 7 }) : shape === "x" ? svg("rect", { x: -3.5, y: -11, width: 7, height: 22, rx: 3 }) : svg("rect", { x: -11, y: -3.5, width: 22, height: 7, rx: 3 });
  knob.classList.add("mv-knob");
  const element = svg("g", { class: `mv-handle mv-along-${axis} ${className}`, tabindex: 0, role: "slider", "aria-orientation": axis === "y" ? "vertical" : "horizontal" }, svg("circle", { r: 20, class: "mv-grip" }), knob);
  const point = (event) => {
    const box = chart.svg.getBoundingClientRect();
    return [((event.clientX - box.left) * chart.width) / box.width, ((event.clientY - box.top) * chart.height) / box.height];
  };
  const go = (x, y) => {
    const [nowX, nowY] = at();
    move(axis === "y" ? nowX : x, axis === "x" ? nowY : y);
  };
  let grip = null;
  element.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // moves the handle, not the page
  element.addEventListener("pointerdown", (event) => {
    const [px, py] = point(event), [hx, hy] = at();
    grip = [chart.x(hx) - px, chart.y(hy) - py];
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const [px, py] = point(event);
    go(chart.x.invert(px + grip[0]), chart.y.invert(py + grip[1]));
  });
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (grip = null));
  element.addEventListener("focus", pick);
  element.addEventListener("keydown", (event) => {
    const by = step * (event.shiftKey || event.key.startsWith("Page") ? 10 : 1), [x, y] = at();
    const [dx, dy] = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by], PageUp: [0, by], PageDown: [0, -by] }[event.key] ?? [];
    const [endX, endY] = { Home: [chart.x.domain[0], chart.y.domain[0]], End: [chart.x.domain[1], chart.y.domain[1]] }[event.key] ?? [];
    if (dx === undefined && endX === undefined) return;
    event.preventDefault();
    if (endX !== undefined) return axis === "y" ? go(x, endY) : go(endX, y);
    // With one way to go, all arrows lead along it.
    if (axis === "x") return go(chart.x.moved(x, dx + dy), y);
    if (axis === "y") return go(x, chart.y.moved(y, dx + dy));
    return go(dx ? chart.x.moved(x, dx) : x, dy ? chart.y.moved(y, dy) : y);
  });
  const pinned = (pixel, [a, b]) => clamp(pixel, Math.min(a, b), Math.max(a, b)).toFixed(1);
  const update = () => {
    const [x, y] = at(), now = value ? value() : axis === "y" ? y : x, ends = (axis === "y" ? chart.y : chart.x).domain;
    set(element, {
      transform: `translate(${pinned(chart.x(x), chart.x.range)} ${pinned(chart.y(y), chart.y.range)})`,
      "aria-label": typeof label === "function" ? label() : label, "aria-valuenow": Number(now.toPrecision(6)),
      "aria-valuemin": min ?? Math.min(...ends, now), "aria-valuemax": max ?? Math.max(...ends, now), "aria-valuetext": text ? text() : short(now),
    });
  };
  return { element, update };
}

// Gives all plots of a figure the width that they have, now and later, and then draws.
export function fit(plots, draw) {
  const watch = new ResizeObserver(() => {
    let changed = false;
    for (const one of plots) {
      const width = Math.round(one.element.clientWidth);
      if (!width || width === one.width) continue;
      one.size(width);
      changed = true;
    }
    if (changed) draw();
  });
  plots.forEach((one) => {
    one.size(one.element.clientWidth || 640);
    watch.observe(one.element);
  });
  draw();
  return () => watch.disconnect();
}

// A line of numbers with marks: own value, best so far, goal, tries. Small is left.
export function ladder({ range, name }) {
  const picture = svg("svg", { role: "img", class: "mv-ladder" });
  const self = { element: html("div", { class: "mv-plot" }, html("div", { class: "mv-caption" }, name), picture), width: 0, marks: [] };
  self.size = (width = self.width) => {
    self.width = Math.max(200, Math.round(width));
    set(picture, { viewBox: `0 0 ${self.width} 46`, width: self.width, height: 46 });
    self.set();
  };
  // Each mark: { value, kind: "mine" | "best" | "rival" | "try" | "goal", label }; `label` for all, for a screen reader.
  self.set = (marks = self.marks, label = picture.getAttribute("aria-label") ?? name) => {
    self.marks = marks;
    if (!self.width) return;
    const place = logarithmic(range, [14, self.width - 14]);
    set(picture, { "aria-label": label });
    picture.replaceChildren(
      svg("line", { x1: 14, x2: self.width - 14, y1: 19, y2: 19, class: "mv-axis" }),
      ...place.ticks.map((tick) => svg("text", { x: place(tick), y: 42, "text-anchor": "middle" }, short(tick))),
      ...marks.filter((mark) => mark.value > 0).flatMap(({ value, kind, label: words }) => {
        const x = place(value);
        if (kind === "try") return [svg("circle", { cx: x, cy: 19, r: 3.5, class: "mv-try" })];
        if (kind === "mine") return [svg("path", { d: `M${x} 18l-6 -9h12z`, class: "mv-mine" })];
        if (kind === "rival") return [svg("path", { d: `M${x} 20l-6 12h12z`, class: "mv-rival" })];
        const tick = svg("line", { x1: x, x2: x, y1: 12, y2: 26, class: kind === "goal" ? "mv-goal" : "mv-best" });
        return words ? [tick, svg("text", { x, y: 8, "text-anchor": x > self.width - 60 ? "end" : "middle", class: "mv-goal" }, words)] : [tick];
      }),
    );
  };
  return self;
}

// ---- Controls ----------------------------------------------------------------------------------------------------------

// A labelled range that says its value; `log` moves in powers of ten, between `min` and `max` all the same.
export function slider({ label, min, max, step, value, log = false, show = short, change }) {
  const inner = (v) => (log ? Math.log10(v) : v), outer = (v) => (log ? Number((10 ** v).toPrecision(3)) : v);
  // An output element would be read aloud at each change; the range itself says its value.
  const output = html("span", { class: "mv-value", "aria-hidden": "true" });
  const input = html("input", { type: "range", min: inner(min), max: inner(max), step: step ?? (log ? 0.02 : 0.1), oninput: () => tell(outer(Number(input.value)), true) });
  const tell = (now, moved) => {
    if (!moved) input.value = inner(now);
    output.textContent = show(now);
    input.setAttribute("aria-valuetext", show(now));
    if (moved) change(now);
  };
  tell(value, false);
  return { element: html("label", { class: "mv-slider" }, html("span", {}, label), output, input), input, set: (now) => tell(now, false) };
}

// A labelled list; `options` maps values to words.
export function choice({ label, options, value, change }) {
  const list = html("select", { onchange: () => change(list.value) }, ...Object.entries(options).map(([key, words]) => new Option(words, key, false, key === String(value))));
  return { element: html("label", { class: "mv-choice" }, html("span", {}, label), list), input: list, set: (now) => (list.value = now) };
}

export function toggle({ label, value, change }) {
  const input = html("input", { type: "checkbox", onchange: () => change(input.checked) });
  input.checked = value;
  return { element: html("label", { class: "mv-toggle" }, input, html("span", {}, label)), input, set: (now) => (input.checked = now) };
}

export const button = (label, click, attributes = {}) => html("button", { type: "button", onclick: click, ...attributes }, label);
export const bar = (...children) => html("div", { class: "mv-bar" }, ...children);
export const group = (title, ...children) => html("fieldset", {}, html("legend", {}, title), ...children);

// A curve's name with its colour; `kind` is the class of the curve. The value stands behind it.
export function key(kind, label) {
  const output = html("span", { class: "mv-score" });
  return { element: html("p", { class: "mv-key" }, html("span", { class: `mv-swatch ${kind}` }), label, " ", output), set: (text) => put(output, text) };
}

const put = (element, text) => element.textContent !== text && (element.textContent = text);

// What a screen reader hears when it changes.
export function live(text = "") {
  const element = html("p", { class: "mv-status", role: "status" }, text);
  return { element, say: (words) => put(element, words) };
}

// The challenge: one line, which changes its look when it is met.
export function challenge() {
  const element = html("p", { class: "mv-challenge" });
  return { element, set: (text, won = false) => (put(element, text), element.classList.toggle("mv-won", won)) };
}

// "Show this net in PyTorch": a text that runs, made anew while it is open.
export function code(t, text) {
  const inside = html("code"), update = () => element.open && put(inside, text());
  const copy = button(t("copy"), () => navigator.clipboard?.writeText(inside.textContent));
  const element = html("details", { class: "mv-code", ontoggle: () => update() }, html("summary", {}, t("pytorch")), html("pre", { tabindex: 0 }, inside), copy);
  return { element, update };
}

// A film of what was recorded: a range over its pictures, and a button that plays them.
export function film({ t, label, length, text = count, change }) {
  let halt = null;
  const at = slider({ label, min: 0, max: 0, step: 1, value: 0, show: text, change: (now) => (stop(), change(now)) });
  const stop = () => {
    halt?.();
    halt = null;
    play.textContent = t("play");
  };
  const play = button(t("play"), () => {
    if (halt) return stop();
    let now = Number(at.input.value) >= length() - 1 ? 0 : Number(at.input.value);
    play.textContent = t("stop");
    halt = frames(element, () => {
      show(now);
      change(now);
      if (++now >= length()) stop();
    });
  });
  const show = (now) => {
    at.input.max = Math.max(0, length() - 1);
    at.set(now);
  };
  const element = html("div", { class: "mv-film" }, play, at.element);
  return { element, show, stop };
}

// ---- Motion ------------------------------------------------------------------------------------------------------------

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Draws at most once a frame, however often it is asked to.
export function onceAFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

// Calls `work` in each frame in which `element` is on the screen, until the returned function is called.
export function frames(element, work) {
  let alive = true, count_ = 0;
  const tick = () => {
    if (!alive) return;
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom > 0 && top < innerHeight && !document.hidden) work(count_++);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  return () => (alive = false);
}

// Trains: calls `step()` until it was called `steps` times, a few milliseconds in each frame and few in the first ones,
// when most happens; then `draw()`. `end(whole)` is called once, with false where the returned function stopped it.
export function train(element, { steps, step, draw, end = () => {}, milliseconds = 8, pace = 1 / 6 }) {
  let done = 0;
  const finish = (whole) => {
    halt();
    draw();
    end(whole);
  };
  const halt = frames(element, (frame) => {
    const limit = performance.now() + milliseconds;
    for (let k = 0; k < 1 + frame * pace && done < steps; k++) {
      step();
      done++;
      if (performance.now() > limit) break;
    }
    if (done >= steps) finish(true);
    else if (!calm() || frame % 60 === 0) draw();
  });
  return () => done < steps && finish(false);
}
