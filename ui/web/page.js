// Runs once when the page is ready: a click on [n] opens its proof, a click on "back" returns to the answer.
() => {
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // Beside the chat the panel scrolls by itself; below it (narrow) the page does.
  const scroller = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight + 1) return at;
    }
    return document.scrollingElement;
  };

  // Shows an element from its top, or its inner part in the middle where that would be out of sight.
  const lead = (element, inner = element) => {
    const box = scroller(element);
    const top = box === document.scrollingElement ? 0 : box.getBoundingClientRect().top;
    const [outer, part] = [element.getBoundingClientRect(), inner.getBoundingClientRect()];
    const fits = part.bottom - outer.top + 16 < box.clientHeight;
    const by = fits ? outer.top - top - 8 : (part.top + part.bottom) / 2 - top - box.clientHeight / 2;
    box.scrollBy({ top: by, behavior: calm() ? "auto" : "smooth" });
  };

  const light = (element) => {
    document.querySelectorAll(".wz-on").forEach((other) => other.classList.remove("wz-on"));
    element.classList.add("wz-on");
  };

  const openProof = (card) => {
    for (let at = card; at; at = at.parentElement?.closest("details")) at.open = true;
    light(card);
    card.querySelector("summary").focus({ preventScroll: true });
    lead(card, card.querySelector("mark") ?? card);
  };

  const goBack = (mark) => {
    light(mark);
    mark.focus({ preventScroll: true });
    mark.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  };

  // In the capture phase, before the chat sees the click.
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a.cite, a.wz-back");
      if (!link) return;
      event.preventDefault();
      event.stopPropagation();
      const target = document.getElementById(link.getAttribute("href").slice(1));
      if (!target) return;
      if (link.classList.contains("cite")) openProof(target);
      else goBack(target);
    },
    true,
  );

  // Gradio labels every message with its markup, which a screen reader would then read out.
  const unlabel = (root) =>
    root.querySelectorAll("[data-testid='bot'][aria-label], [data-testid='user'][aria-label]").forEach((message) => {
      message.removeAttribute("aria-label");
    });
  const chat = document.getElementById("wz-chat");
  if (chat) {
    const options = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] };
    new MutationObserver(() => unlabel(chat)).observe(chat, options);
  }
}
