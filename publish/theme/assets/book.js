// What the book adds to the theme's scripts. Everything here helps; no page needs it to be read.
(() => {
  // A formula that scrolls sideways can be reached with the keyboard; the theme sees to code and tables. They are measured
  // one by one when the browser has nothing else to do, and again when letters arrive that have other widths.
  const reachFormulas = () => {
    const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
    const formulas = [...document.querySelectorAll(".katex-display")];
    const measure = (left) => {
      const box = left.shift();
      if (!box) return;
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
      idle(() => measure(left));
    };
    const measureAll = () => idle(() => measure([...formulas]));
    measureAll();
    document.fonts.addEventListener("loadingdone", measureAll);
    window.addEventListener("resize", measureAll);
  };

  // Frames of course platforms may forbid to send forms: so the search is a link.
  const searchWithoutForm = () => {
    for (const form of document.querySelectorAll("form.bd-search"))
      form.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        const found = new URL(form.action);
        found.hash = ""; // on its own page, the search is "#"
        found.search = new URLSearchParams({ q: form.elements.q.value });
        location.href = found;
      });
  };

  // Mark in the list of contents the section that is being read.
  const followReader = () => {
    const links = new Map();
    for (const link of document.querySelectorAll("#pst-page-toc-nav a[href^='#']")) {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) links.set(heading, link);
    }
    if (!links.size) return;
    const sections = [...links.keys()];
    let current = null;
    const mark = () => {
      const line = window.innerHeight / 3;
      const passed = sections.filter((section) => section.getBoundingClientRect().top < line);
      const section = passed.at(-1) ?? null;
      if (section === current) return;
      links.get(current)?.classList.remove("active");
      links.get(current)?.removeAttribute("aria-current");
      links.get(section)?.classList.add("active");
      links.get(section)?.setAttribute("aria-current", "location");
      current = section;
    };
    const watch = new IntersectionObserver(mark, { rootMargin: "-33% 0px -66% 0px" });
    sections.forEach((section) => watch.observe(section));
  };

  // Paper is light. What is closed stays out of print (book.css), so that a sheet of exercises has no answers on it.
  const printLight = () => {
    const root = document.documentElement;
    let theme;
    const change = (printing) => {
      if (printing) theme ??= root.dataset.theme;
      if (theme) root.dataset.theme = printing ? "light" : theme;
      if (!printing) theme = undefined;
    };
    matchMedia("print").addEventListener("change", (event) => change(event.matches));
    window.addEventListener("beforeprint", () => change(true));
    window.addEventListener("afterprint", () => change(false));
  };

  // The page is whole by now: publish/extensions/theme.py lets scripts wait for it.
  reachFormulas();
  searchWithoutForm();
  followReader();
  printLight();
})();
