// The search page: which words count as the same, and how the sections that have them are shown. BOOK is the text of the
// book (publish/extensions/search.py); MiniSearch makes an index of it here, in about a tenth of a second.
(() => {
  const WORD = /[\p{L}\p{N}_]+/gu;
  const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{Lo}+/gu;
  const IRREGULAR = new Map(Object.entries({
    axes: "axis", criteria: "criterion", hypotheses: "hypothesis", indices: "index", matrices: "matrix",
    maxima: "maximum", minima: "minimum", optima: "optimum", vertices: "vertex", biases: "bias",
  }));
  const SHOWN = 3; // sections of one page
  const AROUND = 90; // letters before and after the first word that was found

  // A name in code is found whole and by its parts: weight_decay, weight, decay.
  const tokens = (text) => [...text.matchAll(WORD)].flatMap(([word]) => {
    const parts = word.match(PART) ?? [];
    return parts.length > 1 ? [word, ...parts] : [word];
  });
  // Singular and plural are one word, and so are both spellings of English. Both sides go through this, so it may be wrong
  // about a word ("noize") as long as it does not make two words one.
  const term = (word) => {
    const lower = word.toLowerCase();
    return (IRREGULAR.get(lower) ?? lower)
      .replace(/(ss|sh|ch|x|z)es$/, "$1").replace(/ies$/, "y").replace(/([^sui])s$/, "$1")
      .replace(/is(e[drs]?|ers|ing|ations?)$/, "iz$1").replace(/ys(e[ds]?|ing)$/, "yz$1")
      .replace(/(\w{3})our/, "$1or").replace(/tre(d?)$/, "ter$1").replace(/ell(ed|ing)$/, "el$1");
  };
  // Korean joins words or not: of 배치 정규화 the index has 배치정규화, too.
  const TWO = /(?<=(\p{Script=Hangul}+)) (?=(\p{Script=Hangul}+))/gu;
  const joined = (text) => [...text.matchAll(TWO)].map(([, one, other]) => [one + other, one, other]);
  const commas = (text) => text.replace(/(\d),(?=\d{3}(?!\d))/g, "$1"); // 43,052 is also found as 43052

  let index;
  const makeIndex = () => {
    index = new MiniSearch({
      fields: ["title", "heading", "text"],
      tokenize: (text) => [...tokens(commas(text)), ...joined(text).map(([both]) => both)],
      processTerm: term,
      searchOptions: {
        tokenize: tokens,
        boost: { title: 4, heading: 3 },
        combineWith: "AND",
        prefix: (word) => word.length > 2 && !/^\d/.test(word),
      },
    });
    const title = (page) => BOOK.pages[page][1];
    index.addAll(BOOK.sections.map(([page, , heading, text], id) => ({ id, title: title(page), heading, text })));
  };

  const element = (name, content, attributes = {}) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...[content].flat());
    return made;
  };

  // A piece of the text around the first word that was found, with all found words marked.
  const excerpt = (text, matched) => {
    const parts = new Set(joined(text).filter(([both]) => matched.has(both)).flat());
    const isFound = (word) => parts.has(word) || tokens(word).some((part) => matched.has(term(part)));
    const found = [...text.matchAll(WORD)].filter(([word]) => isFound(word));
    const first = found[0]?.index ?? 0;
    const start = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
    const end = text.length > first + 2 * AROUND ? text.lastIndexOf(" ", first + 2 * AROUND) : text.length;
    const pieces = [start ? "… " : ""];
    let done = start;
    for (const match of found.filter((one) => one.index >= start && one.index + one[0].length <= end)) {
      pieces.push(text.slice(done, match.index), element("mark", match[0]));
      done = match.index + match[0].length;
    }
    return [...pieces, text.slice(done, end), end < text.length ? " …" : ""];
  };

  // The word of the book that is nearest to a word that is not in it; of several, the one of about its length that is in
  // most sections; "" where none is near.
  const near = (word) => {
    for (const fuzzy of word.length > 4 ? [1, 2] : [1]) {
      const count = new Map();
      for (const hit of index.search(word, { fuzzy, prefix: false }))
        for (const found of hit.terms) count.set(found, (count.get(found) ?? 0) + 1);
      const far = (found) => Math.abs(found.length - word.length);
      if (count.size) return [...count].sort(([a, m], [b, n]) => far(a) - far(b) || n - m)[0][0];
    }
    return "";
  };

  const show = (typed) => {
    const hits = index.search(commas(typed)).sort((a, b) => b.score - a.score || a.id - b.id);
    const pages = new Map();
    for (const hit of hits) {
      const [page] = BOOK.sections[hit.id];
      pages.set(page, [...(pages.get(page) ?? []), hit]);
    }
    const list = element("ul", [...pages].map(([page, found]) => {
      const [uri, title] = BOOK.pages[page];
      const shown = found.slice(0, SHOWN).flatMap((hit) => {
        const [, anchor, heading, text] = BOOK.sections[hit.id];
        const link = element("a", heading === title ? title : `${title}: ${heading}`, { href: `${uri}#${anchor}` });
        return [element("p", link, { className: "search-hit" }), element("p", excerpt(text, new Set(hit.terms)))];
      });
      const more = found.length - SHOWN;
      return element("li", [...shown, ...(more > 0 ? [element("p", `and ${more} more on this page`)] : [])]);
    }), { className: "search" });
    const summary = hits.length
      ? `${hits.length} ${hits.length === 1 ? "section has" : "sections have"} “${typed}”.`
      : `Nothing found for “${typed}”.`;
    const advice = [];
    if (!hits.length) {
      const words = tokens(typed).map((word) => (index.search(word).length ? word : near(term(word))));
      const better = words.join(" ");
      if (words.every(Boolean) && index.search(better).length) {
        const link = element("a", better, { href: `?q=${encodeURIComponent(better)}` });
        advice.push(element("p", ["Did you mean ", link, "?"], { className: "search-advice" }));
      }
    }
    document.getElementById("search-results").replaceChildren(
      element("p", summary, { className: "search-summary" }), ...advice, list);
  };

  const typed = (new URLSearchParams(location.search).get("q") ?? "").trim();
  for (const box of document.querySelectorAll("input[name=q]")) box.value = typed;
  if (typed) {
    const text = element("script", "", { src: "sections.js" }); // a script, as a page from the disk may read no other file
    text.addEventListener("load", () => {
      makeIndex();
      show(typed);
    });
    document.head.append(text);
  }
})();
