// The source view: opens at the quotation, keeps the place when sides change, copies links, tells which span is selected.
() => {
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const wide = () => matchMedia("(min-width: 900px)").matches;
  const BAR = 56; // pixels at the top that the switch of sides covers
  const root = () => document.querySelector(".wz-src");
  const sentences = () => [...document.querySelectorAll(".wz-src-text .wz-s")];
  const span = (element) => [Number(element.dataset.start), Number(element.dataset.end)];

  // The element under a node that stands for a sentence.
  const sentenceOf = (node) => (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement)?.closest(".wz-s");

  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  };

  // -- places ------------------------------------------------------------------------------

  // Start and end in the source file of what is selected, in whole sentences; null where nothing of the text is.
  const selected = () => {
    const choice = getSelection();
    const text = document.querySelector(".wz-src-text");
    if (!text || !choice.rangeCount || choice.isCollapsed || !choice.toString().trim()) return null;
    const range = choice.getRangeAt(0);
    if (!range.intersectsNode(text)) return null;
    const touched = sentences().filter((element) => {
      if (!range.intersectsNode(element)) return false;
      const part = range.cloneRange();
      if (!part.startContainer.isSameNode(element) && !element.contains(part.startContainer)) part.setStartBefore(element);
      if (!part.endContainer.isSameNode(element) && !element.contains(part.endContainer)) part.setEndAfter(element);
      return part.toString().trim() !== "";
    });
    if (!touched.length) return null;
    const spans = touched.map(span);
    return { start: Math.min(...spans.map((one) => one[0])), end: Math.max(...spans.map((one) => one[1])) };
  };

  // The quotation while it can be seen, else the first sentence that can.  On a phone the button stands above the text:
  // who has gone up to it can see the quotation no more.
  const visible = () => {
    const marked = [...document.querySelectorAll(".wz-cited")].filter((element) => element.dataset.start);
    if (marked.some(shown) || (marked.length && !wide())) {
      const spans = marked.map(span);
      return { start: Math.min(...spans.map((one) => one[0])), end: Math.max(...spans.map((one) => one[1])) };
    }
    const first = sentences().find((element) => shown(element) && element.getBoundingClientRect().top >= BAR);
    return first ? { start: span(first)[0], end: span(first)[1] } : null;
  };

  const address = (place) => {
    const at = new URL(location.href);
    at.search = "";
    at.hash = "";
    at.searchParams.set("article", root().dataset.article);
    if (place) for (const name of ["start", "end"]) at.searchParams.set(name, place[name]);
    at.searchParams.set("side", root().dataset.side);
    return at.href;
  };

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not a secure page, or not allowed: the older way, then the link itself to copy by hand.
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  };

  // -- opening -----------------------------------------------------------------------------

  let drawn = ""; // the article, side and language as last written; Gradio mends the same elements
  let opened = ""; // the address of the article and place on the page
  let place = null; // where the reader is in it

  const openAt = (element) => {
    for (let at = element.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    element.scrollIntoView({ block: "center" });
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  };

  const settle = () => {
    const now = root();
    const written = now && `${now.dataset.article} ${now.dataset.side} ${now.dataset.lang}`;
    if (!now || written === drawn) return;
    drawn = written;
    const contents = now.querySelector(".wz-src-contents details");
    if (contents) contents.open = wide();
    const asked = new URLSearchParams(location.search);
    const key = `${now.dataset.article} ${asked.get("start")}`;
    if (key !== opened) {
      opened = key;
      const quote = document.querySelector(".wz-cited");
      if (quote) openAt(quote);
    } else {
      asked.set("side", now.dataset.side);
      asked.set("lang", now.dataset.lang);
      history.replaceState(history.state, "", `${location.pathname}?${asked}${location.hash}`);
      const same = place === null ? null : sentences().find((element) => span(element)[0] === place.start);
      if (same) scrollBy({ top: same.getBoundingClientRect().top - place.top });
    }
    follow();
  };

  // Remembers the place, and marks in the contents the section that is read.
  const follow = () => {
    if (!root()) return;
    const all = sentences();
    const first =
      all.find((element) => element.classList.contains("wz-cited") && shown(element)) ??
      all.find((element) => element.getBoundingClientRect().top >= BAR);
    place = first ? { start: span(first)[0], top: first.getBoundingClientRect().top } : place;
    const links = [...document.querySelectorAll(".wz-src-contents a")];
    const above = (link) => document.getElementById(link.dataset.to)?.getBoundingClientRect().top < innerHeight / 3;
    const current = links.findLast(above);
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };

  if (!document.getElementById("wz-src-shown")) return;
  // Gradio may write the component itself anew: what is listened to must be above it.
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ["data-side", "data-lang", "data-article"] };
  new MutationObserver(settle).observe(document.body, options);
  settle();

  let waits = false;
  addEventListener(
    "scroll",
    () => {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => {
        waits = false;
        follow();
      });
    },
    { passive: true },
  );

  // -- events ------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".wz-src-share");
    if (button) {
      const link = address(selected() ?? visible());
      const said = document.querySelector(".wz-src-said");
      said.textContent = (await copied(link)) ? button.dataset.done : `${button.dataset.failed} ${link}`;
      return;
    }
    const entry = event.target.closest(".wz-src-contents a");
    if (!entry || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const target = document.getElementById(entry.dataset.to);
    if (!wide()) entry.closest("details").open = false;
    target.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  });

  // A press on the button must not undo the selection that it is about.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".wz-src-share")) event.preventDefault();
  });

  // Other pages that show an article listen for wz-span: the span of the source that is selected, or null.
  document.addEventListener("selectionchange", () => {
    const found = selected();
    const button = document.querySelector(".wz-src-share");
    if (button) button.textContent = found ? button.dataset.selected : button.dataset.plain;
    root()?.classList.toggle("wz-chosen", Boolean(found));
    root()?.dispatchEvent(new CustomEvent("wz-span", { bubbles: true, detail: found }));
  });

  // A footnote opens under its mark, or above it where there is no room; on a phone at the foot of the screen.
  document.addEventListener(
    "beforetoggle",
    (event) => {
      const pop = event.target;
      if (!pop.classList?.contains("wz-src-pop") || event.newState !== "open") return;
      const pressed = event.source ?? document.activeElement;
      const mark = pressed?.getAttribute("popovertarget") === pop.id ? pressed : null;
      pop.classList.toggle("wz-placed", Boolean(mark) && wide());
      if (!mark || !wide()) return;
      const box = mark.getBoundingClientRect();
      requestAnimationFrame(() => {
        const [width, height] = [pop.offsetWidth, pop.offsetHeight];
        pop.style.left = `${Math.max(12, Math.min(box.left - 24, innerWidth - width - 12))}px`;
        pop.style.top = `${box.bottom + 8 + height < innerHeight ? box.bottom + 8 : Math.max(8, box.top - 8 - height)}px`;
      });
    },
    true,
  );
}
