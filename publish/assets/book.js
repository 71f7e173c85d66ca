// What the book adds to the theme's scripts. Everything here helps; no page needs it to be read.
(() => {
  const ready = (work) =>
    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", work) : work();

  // A formula that scrolls sideways can be reached with the keyboard; the theme sees to code and tables. Each is measured
  // when it comes near: measuring all at once would hold up a phone.
  const reachFormulas = () => {
    const measure = ({ target: box }) => {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    };
    const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(measure), {
      rootMargin: "300px",
    });
    document.querySelectorAll(".katex-display .katex-html").forEach((box) => near.observe(box));
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

  // Answers are hidden on the screen and open on paper.
  const openForPrint = () => {
    const closed = () => document.querySelectorAll("details:not([open])");
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = [...closed()];
      opened.forEach((details) => (details.open = true));
    });
    window.addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));
  };

  ready(() => {
    reachFormulas();
    followReader();
    openForPrint();
  });
})();
