// What a result shows of its page: the text of the article, without buttons, and each formula once.
Search.htmlToText = (text, anchor) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  const part = (anchor && page.querySelector(anchor)) || page.querySelector("article");
  part.querySelectorAll(".headerlink, script, style, button, .katex-mathml").forEach((element) => element.remove());
  return part.textContent;
};
