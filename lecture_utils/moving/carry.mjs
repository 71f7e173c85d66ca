// Chapter 9: carry a digit away from the middle, or one that you drew, and see where each of two nets stops knowing it.

import { Linear, ReLU } from "./nn.mjs";
import { bar, button, challenge, choice, clamp, count, fit, html, key, live, onceAFrame, plot, set, slider, svg, toggle, train, two } from "./draw.mjs";

export const words = {
  en: {
    title: "Two nets read a digit that you move",
    stage: "The digit, in a picture of 28 by 28 pixels. A handle in its middle moves it.",
    map: "Each square is a shift that you tried: which net still knew the digit there.",
    answers: "How much each net believes in each of the ten digits.",
    without: "trained without shifts",
    with: "trained with shifts of 2",
    reads: "reads {d} ({p}%)",
    digit: "digit",
    believes: "how much the net believes in it",
    right: "to the right (pixels)",
    up: "up (pixels)",
    handle: "place of the digit",
    place: "right {x}, up {y}: without shifts reads {a}, with shifts reads {b}",
    both: "both know it",
    only_with: "with shifts only",
    only_without: "without only",
    neither: "neither",
    turn: "turn to the left (degrees)",
    mirror: "mirror",
    picture: "picture",
    book: "a test digit",
    own: "your own drawing",
    meant: "the digit in it",
    draw: "Draw",
    done: "Done: move it",
    clear: "Empty the sheet",
    back: "Back to the middle",
    all: "Try all shifts",
    sheet: "Sheet to draw on. Arrow keys move the pen, Space sets it down and lifts it.",
    sheet_hello: "Draw a {d} with a finger or the mouse. Or press Tab until the sheet has the focus: the arrow keys move the pen, Space sets it down and lifts it.",
    pen_down: "The pen is down.",
    pen_up: "The pen is up.",
    centred: "Your {d} was moved so that its ink has its centre in the middle, as in MNIST.",
    hello: "Drag the ring, or walk to it with Tab and use the arrow keys: each step is one pixel. Nine tenths of the ink must stay in the picture.",
    lost: "The net {net} lost the {d} at a distance of {far} pixels. Go back to the middle to try another way.",
    turned: "A turned or mirrored digit does not count for the challenge. Would you still read a {d}?",
    counted: "Of {n} shifts that keep nine tenths of the ink in the picture, the net without shifts knows the {d} at {a}, the net with shifts at {b}.",
    task: "Challenge: walk the {d} farther than {par} pixels from the middle, as far as the other net comes, and never let the net with shifts lose it. Your farthest: {mine}.",
    won: "{mine} pixels, and the net with shifts knew the {d} all the way; the other comes to {par}. Is it so for each digit?",
    task_own: "Challenge: carry your {d} farther with shifts ({mine} pixels so far) than without ({par} so far).",
    won_own: "With shifts {mine} pixels, without {par}. Now look at all shifts.",
  },
};

const SIDE = 28, HALF = 14, REACH = 10, INK = 0.9, SHADES = 8;

// A picture of text, one hexadecimal digit a pixel, as numbers from 0 to 1.
export const picture = (text) => Float32Array.from(text, (one) => parseInt(one, 16) / 15);

// A net whose weights were rounded to whole steps: a letter is a number of steps.
function unpack(parts) {
  const layers = [new Linear(36, 16), new Linear(400, 10)];
  layers.flatMap((layer) => layer.parameters).forEach(({ data }, k) => {
    const { scale, steps } = parts[k];
    for (let i = 0; i < data.length; i++) data[i] = scale * (steps.charCodeAt(i) - 94);
  });
  return [...layers, ReLU()];
}

// The 25 windows of 6 by 6 places of the picture at half its size, as rows.
export function windows(x) {
  const half = new Float32Array(HALF * HALF), rows = new Float32Array(25 * 36);
  for (let r = 0; r < HALF; r++)
    for (let c = 0; c < HALF; c++) {
      const at = 2 * r * SIDE + 2 * c;
      half[r * HALF + c] = (x[at] + x[at + 1] + x[at + SIDE] + x[at + SIDE + 1]) / 4;
    }
  for (let w = 0, to = 0; w < 25; w++)
    for (let r = 0; r < 6; r++)
      for (let c = 0; c < 6; c++) rows[to++] = half[(2 * Math.floor(w / 5) + r) * HALF + 2 * (w % 5) + c];
  return rows;
}

// What a net believes: ten numbers that add up to 1.
function believes([conv, dense, relu], rows) {
  const scores = dense.forward(relu.forward(conv.forward(rows, 25)), 1), top = Math.max(...scores);
  const sizes = Array.from(scores, (one) => Math.exp(one - top)), sum = sizes.reduce((a, b) => a + b);
  return sizes.map((one) => one / sum);
}
const largest = (list) => list.indexOf(Math.max(...list));

// The chapter's `move`: by pixels to the right and down, then turned anticlockwise.
export function move(x, right, down, degrees) {
  const y = new Float32Array(SIDE * SIDE), turn = (degrees * Math.PI) / 180, cos = Math.cos(turn), sin = Math.sin(turn);
  const at = (r, c) => (r < 0 || r >= SIDE || c < 0 || c >= SIDE ? 0 : x[r * SIDE + c]);
  const middle = HALF - 0.5;
  for (let r = 0; r < SIDE; r++)
    for (let c = 0; c < SIDE; c++) {
      const u = c - middle, v = r - middle;
      const fromC = cos * u - sin * v - right + middle, fromR = sin * u + cos * v - down + middle;
      const c0 = Math.floor(fromC + 1e-9), r0 = Math.floor(fromR + 1e-9), a = Math.max(0, fromC - c0), b = Math.max(0, fromR - r0);
      y[r * SIDE + c] = (1 - b) * ((1 - a) * at(r0, c0) + a * at(r0, c0 + 1)) + b * ((1 - a) * at(r0 + 1, c0) + a * at(r0 + 1, c0 + 1));
    }
  return y;
}

// The picture with its middle at a place, turned about its own middle: what the figure shows.
export function placed(x, { right, up, degrees = 0, mirror = false }) {
  const turn = (degrees * Math.PI) / 180, cos = Math.cos(turn), sin = Math.sin(turn);
  const seen = mirror ? Float32Array.from(x, (_, i) => x[i - (i % SIDE) + SIDE - 1 - (i % SIDE)]) : x;
  return move(seen, cos * right + sin * up, sin * right - cos * up, degrees);
}

const total = (x) => x.reduce((sum, one) => sum + one, 0);

// What both nets believe of a picture at a place, and the part of its ink that is still there.
export function look(nets, x, place) {
  const shown = placed(x, place), rows = windows(shown);
  return { shown, ink: total(shown) / (total(x) || 1), without: believes(nets.without, rows), with: believes(nets.with, rows) };
}
export const open = (packed) => ({ without: unpack(packed.without), with: unpack(packed.with) });
export const answers = (packed, text, place) => (({ shown, ...rest }) => rest)(look(open(packed), picture(text), place));

// The places from one to another, one pixel at a time.
export function steps([x0, y0], [x1, y1]) {
  const n = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
  return Array.from({ length: n }, (_, i) => [x0 + Math.round(((x1 - x0) * (i + 1)) / n), y0 + Math.round(((y1 - y0) * (i + 1)) / n)]);
}

// The picture with the centre of its ink in the middle, by whole pixels.
export function centred(x) {
  const all = total(x) || 1, mean = (f) => x.reduce((sum, one, i) => sum + one * f(i), 0) / all;
  const whole = (f) => Math.round(HALF - 0.5 - mean(f)) || 0;
  return move(x, whole((i) => i % SIDE), whole((i) => Math.floor(i / SIDE)), 0);
}

function render({ el, settings, t }) {
  const nets = open(settings.nets), kinds = ["without", "with"];
  const state = { label: settings.label, own: false, drawing: false, place: { right: 0, up: 0, degrees: 0, mirror: false } };
  let sheet = new Float32Array(SIDE * SIDE), now, tried = new Map(), walk, stop = null;
  const image = () => (state.own ? sheet : images[state.label]), images = settings.images.map(picture);
  const plain = () => !state.place.degrees && !state.place.mirror;

  const asked = challenge(), status = live(t("hello"));
  const axes = { ratio: 1, least: 200, most: 370, ticks: { x: [-10, -5, 0, 5, 10], y: [-10, -5, 0, 5, 10] }, xName: t("right"), yName: t("up") };
  const stage = plot({ ...axes, label: t("stage"), x: [-HALF, HALF], y: [-HALF, HALF] });
  const ink = stage.add("g"), shades = Array.from({ length: SHADES }, (_, k) => svg("path", { class: "mv-ink", "fill-opacity": (k + 1) / SHADES }));
  ink.append(...shades);
  const map = plot({ ...axes, label: t("map"), x: [-10.5, 10.5], y: [-10.5, 10.5] });
  const cells = ["mv-cell", "mv-cell mv-rival", "mv-cell mv-mine", "mv-cell mv-third"].map((name) => map.path(name)), here = map.add("rect", { class: "mv-here" });
  const chart = plot({ label: t("answers"), x: [-0.4, 9.4], y: [0, 1], xName: t("digit"), yName: t("believes"), ratio: 0.2, least: 150, ticks: { x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } });
  const lines = { without: chart.path("mv-rival"), with: chart.path("mv-mine") };
  const keys = { without: key("mv-rival", t("without")), with: key("mv-mine", t("with")) };

  // A look at a shift, kept: bit 1 for the net without shifts, 2 for the one with, 4 for enough ink.
  function tryAt(right, up) {
    const name = `${right} ${up}`;
    if (!tried.has(name)) {
      const seen = look(nets, image(), { ...state.place, right, up });
      tried.set(name, { right, up, bits: kinds.reduce((bits, one, k) => bits + (largest(seen[one]) === state.label) * (k + 1), 4 * (seen.ink >= INK)) });
    }
    return tried.get(name).bits;
  }

  // The way from the middle: each net holds the digit until it misreads it once, or too much ink is lost.
  function restart() {
    Object.assign(state.place, { right: 0, up: 0 });
    kinds.forEach((one, k) => (walk.holds[one] = plain() && !!(tryAt(0, 0) & (k + 1))));
  }
  function anew() {
    stop?.();
    tried = new Map();
    walk = { holds: {}, far: walk?.of === image() ? walk.far : { without: 0, with: 0 }, of: image() };
    restart();
    redraw();
  }
  function go(x, y) {
    const { right, up } = state.place, to = [x, y].map((one) => clamp(Math.round(one), -REACH, REACH));
    for (const [a, b] of steps([right, up], to)) {
      const bits = tryAt(a, b), far = Math.hypot(a, b);
      if (!a && !b) restart();
      kinds.forEach((one, k) => {
        if (!walk.holds[one]) return;
        if (bits & (k + 1) && bits & 4) walk.far[one] = Math.max(walk.far[one], far);
        else {
          walk.holds[one] = false;
          status.say(t("lost", { net: t(one), d: state.label, far: two(far) }));
        }
      });
    }
    Object.assign(state.place, { right: to[0], up: to[1] });
    redraw();
  }

  const said = (one) => largest(now[one]);
  const handle = stage.handle({
    label: t("handle"), className: "mv-see", step: 1, at: () => [state.place.right, state.place.up], move: go,
    value: () => state.place.right, min: -REACH, max: REACH, text: () => t("place", { x: state.place.right, y: state.place.up, a: said("without"), b: said("with") }),
  });

  function draw() {
    now = look(nets, image(), state.place);
    const ds = Array(SHADES).fill("");
    now.shown.forEach((one, i) => {
      const shade = Math.ceil(one * SHADES - 0.25) - 1;
      if (shade >= 0) ds[Math.min(shade, SHADES - 1)] += `M${i % SIDE} ${Math.floor(i / SIDE)}h1v1h-1z`;
    });
    shades.forEach((one, k) => set(one, { d: ds[k] }));
    const [left, right] = stage.x.range, [bottom, top] = stage.y.range;
    set(ink, { transform: `translate(${left} ${top}) scale(${(right - left) / SIDE} ${(bottom - top) / SIDE})` });
    set(paper, { x: left, y: top, width: right - left, height: bottom - top });
    set(pen, { cx: stage.x(at[0] - HALF), cy: stage.y(HALF - at[1]) });
    for (const one of kinds) {
      chart.curve(lines[one], now[one].map((_, d) => d), now[one]);
      keys[one].set(t("reads", { d: said(one), p: two(100 * now[one][said(one)]) }));
    }
    drawMap();
    for (const one of [stage, map, chart]) one.place();
    score();
  }

  function drawMap() {
    const ds = cells.map(() => ""), wide = map.x(1) - map.x(0), high = map.y(0) - map.y(1);
    for (const { right, up, bits } of tried.values())
      if (bits & 4) ds[bits & 3] += `M${map.x(right - 0.5).toFixed(1)} ${map.y(up + 0.5).toFixed(1)}h${wide.toFixed(1)}v${high.toFixed(1)}h${(-wide).toFixed(1)}z`;
    cells.forEach((one, k) => set(one, { d: ds[k] }));
    set(here, { x: map.x(state.place.right - 0.5), y: map.y(state.place.up + 0.5), width: wide, height: high });
  }

  function score() {
    const par = state.own ? walk.far.without : settings.pars[state.label], mine = walk.far.with, own = state.own ? "_own" : "";
    const won = mine > par + 1e-9 && (!state.own || !walk.holds.without);
    asked.set(t((won ? "won" : "task") + own, { d: state.label, par: two(par), mine: two(mine) }), won);
  }
  const redraw = onceAFrame(draw);

  // Drawing: a soft pen, by mouse, finger or the arrow keys.
  const at = [HALF, HALF];
  let down = false;
  function dab(x, y) {
    for (let i = 0; i < SIDE * SIDE; i++) {
      const near = 1.9 - Math.hypot((i % SIDE) + 0.5 - x, Math.floor(i / SIDE) + 0.5 - y);
      if (near > sheet[i]) sheet[i] = Math.min(1, near);
    }
  }
  function penTo(x, y, inks) {
    const [x0, y0] = at, n = Math.max(1, Math.ceil(2 * Math.hypot(x - x0, y - y0)));
    for (let i = 1; inks && i <= n; i++) dab(x0 + ((x - x0) * i) / n, y0 + ((y - y0) * i) / n);
    at.splice(0, 2, clamp(x, 0, SIDE), clamp(y, 0, SIDE));
    redraw();
  }
  const place = (event) => {
    const box = paper.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  };
  const paper = svg("rect"), pen = svg("circle", { r: 6, class: "mv-here" });
  let pressed = false;
  const surface = stage.add("g", {
    class: "mv-sheet", tabindex: 0, role: "application", "aria-label": t("sheet"),
    onpointerdown: (event) => {
      surface.setPointerCapture(event.pointerId);
      surface.focus({ preventScroll: true });
      event.preventDefault();
      pressed = true;
      at.splice(0, 2, ...place(event));
      penTo(...at, true);
    },
    onpointermove: (event) => pressed && penTo(...place(event), true),
    onpointerup: () => (pressed = false),
    onpointercancel: () => (pressed = false),
    onkeydown: (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], " ": [0, 0] }[event.key];
      if (!by) return;
      event.preventDefault();
      if (event.key === " ") status.say(t((down = !down) ? "pen_down" : "pen_up"));
      penTo(clamp(at[0] + by[0], 0, SIDE), clamp(at[1] + by[1], 0, SIDE), down);
    },
  }, { free: true });
  surface.append(paper, pen);
  surface.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });

  function pens(on) {
    state.drawing = on;
    down = pressed = false;
    set(surface, { hidden: !on });
    set(handle.element, { hidden: on });
    for (const one of [drawIt, clear]) one.hidden = !state.own;
    drawIt.textContent = t(on ? "done" : "draw");
    for (const one of [back, all, turn.input, mirror.input]) one.disabled = on;
    if (on) {
      Object.assign(state.place, { degrees: 0, mirror: false });
      turn.set(0);
      mirror.set(false);
    } else if (state.own) sheet = centred(sheet);
    status.say(t(on ? "sheet_hello" : state.own ? "centred" : "hello", { d: state.label }));
    anew();
  }

  function changed(change) {
    Object.assign(state.place, change);
    status.say(plain() ? t("hello") : t("turned", { d: state.label }));
    anew();
  }
  const turn = slider({ label: t("turn"), min: -180, max: 180, step: 5, value: 0, change: (degrees) => changed({ degrees }) });
  const mirror = toggle({ label: t("mirror"), value: false, change: (on) => changed({ mirror: on }) });
  const back = button(t("back"), () => (restart(), redraw())), clear = button(t("clear"), () => ((sheet = new Float32Array(SIDE * SIDE)), pens(true)));
  const drawIt = button("", () => pens(!state.drawing), { class: "mv-main" });
  const source = choice({ label: t("picture"), options: { book: t("book"), own: t("own") }, value: "book", change: (which) => ((state.own = which === "own"), pens(state.own)) });
  const label = choice({ label: t("meant"), options: Object.fromEntries(Array.from({ length: 10 }, (_, d) => [d, d])), value: state.label, change: (d) => ((state.label = Number(d)), pens(state.drawing)) });
  const all = button(t("all"), () => {
    const places = Array.from({ length: 441 }, (_, i) => [(i % 21) - REACH, REACH - Math.floor(i / 21)]);
    stop?.();
    stop = train(el, {
      steps: places.length, pace: 1, step: () => tryAt(...places.shift()), draw: drawMap,
      end: (whole) => {
        stop = null;
        if (!whole) return;
        const kept = [...tried.values()].filter(({ bits }) => bits & 4), of = (bit) => count(kept.filter(({ bits }) => bits & bit).length);
        status.say(t("counted", { n: count(kept.length), d: state.label, a: of(1), b: of(2) }));
      },
    });
  });

  const squares = [["mv-third", "both"], ["mv-mine", "only_with"], ["mv-rival", "only_without"], ["", "neither"]].map(([kind, name]) => key(kind, t(name)).element);
  el.append(
    asked.element, html("div", { class: "mv-head" }, keys.without.element, keys.with.element),
    html("div", { class: "mv-pair" }, stage.element, html("div", {}, map.element, html("div", { class: "mv-head" }, ...squares))),
    chart.element, bar(drawIt, clear, back, all), status.element,
    html("fieldset", {}, turn.element, mirror.element), bar(source.element, label.element),
  );
  pens(false);
  fit([stage, map, chart], draw);
}

export default { render };
