// Puts a moving figure into its place in a page: <figure class="moving-figure" data-figure="bumps" data-settings="{…}">.

import { html } from "./draw.mjs";

// Words that several figures use. A figure's own table has the same form.
export const words = {
  en: { play: "Play", stop: "Stop", pytorch: "Show this net in PyTorch", copy: "Copy" },
};

// t("key", { name: value }): the words of a key in the page's language, or in English; {name} stands for a value.
export function translator(tables, language) {
  const all = Object.assign({}, ...[words, tables].flatMap((table) => [table.en, table[language] ?? {}]));
  return (key, values = {}) => {
    if (!(key in all)) throw new Error(`no words for "${key}"`);
    return all[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
}

// The settings and words arrive as { el, settings, t }. Where a figure fails, the still picture stays.
export function mount(place, figure) {
  if (place.querySelector(":scope > .mv-live")) return;
  const t = translator(figure.words, document.documentElement.lang.slice(0, 2));
  const el = html("div", { class: "mv-live", role: "group", "aria-label": t("title") });
  const shade = () => {
    const [r, g, b] = getComputedStyle(place).color.match(/[\d.]+/g).map(Number);
    el.toggleAttribute("data-dark", r + g + b > 384);
  };
  place.append(el);
  try {
    shade();
    figure.default.render({ el, t, settings: JSON.parse(place.dataset.settings) });
    place.classList.add("mv-on"); // hides the still picture, on screens
  } catch (error) {
    el.remove();
    throw error;
  }
  for (const root of [document.documentElement, document.body]) new MutationObserver(shade).observe(root, { attributes: true });
}
