// Runs once when the page is ready: a number and its proof find each other, and a screen reader is told of an answer.
() => {
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
    box.scrollBy({ top: by, behavior: "instant" }); // a reader who presses a number wants the words, not the way to them
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
    mark.scrollIntoView({ block: "center", behavior: "instant" });
  };

  // What the pointer or the keyboard rests on, and what belongs to it on the other side.
  const partners = (element) => {
    const number = element?.closest?.("a.cite");
    if (number) return [document.getElementById(number.getAttribute("href").slice(1))];
    const card = element?.closest?.(".wz-card");
    return card ? [...document.querySelectorAll(`a.cite[href="#${card.id}"]`)] : [];
  };
  // Where the pointer rests, and where it did when the keyboard took the lead: what then scrolls under it is not pointed at.
  let rests = "";
  let led = "";
  const spot = (event) => `${event.screenX} ${event.screenY}`;
  const touch = (event) => {
    if (event.type === "focusin") led = rests;
    else if (spot(event) === led) return;
    const wanted = new Set(partners(event.target).filter(Boolean));
    document.querySelectorAll(".wz-touched").forEach((other) => wanted.has(other) || other.classList.remove("wz-touched"));
    wanted.forEach((other) => other.classList.add("wz-touched"));
  };
  document.addEventListener("mousemove", (event) => (rests = spot(event)), true);
  document.addEventListener("mouseover", touch);
  document.addEventListener("focusin", touch);

  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".wz-evidence details:not([open])")];
    closed.forEach((part) => (part.open = true));
  });
  addEventListener("afterprint", () => closed.forEach((part) => (part.open = false)));

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

  // Gradio labels every message with its markup, which a screen reader would then read out, reads every change of a
  // message out as well, calls a group of buttons a list, and takes the labels of links away.
  const unlabel = (root) => {
    root.querySelectorAll("[aria-live='polite']").forEach((log) => log.setAttribute("aria-live", "off"));
    root.querySelectorAll(".examples[role='list']").forEach((examples) => examples.setAttribute("role", "group"));
    root.querySelectorAll("a.cite[title]:not([aria-label])").forEach((mark) => mark.setAttribute("aria-label", mark.title));
    root.querySelectorAll("[data-testid='bot'][aria-label], [data-testid='user'][aria-label]").forEach((message) => {
      message.removeAttribute("aria-label");
    });
  };
  const chat = document.getElementById("wz-chat");
  if (chat) {
    // One sentence when an answer is whole, in place of every change of the text on the way.
    const told = document.createElement("div");
    told.id = "wz-told";
    told.className = "wz-sr";
    told.setAttribute("role", "status");
    document.body.append(told);
    let said = "";
    const tell = () => {
      const lines = chat.querySelectorAll(".wz-wait, .wz-done, .wz-note");
      const last = lines[lines.length - 1];
      const now = last ? `${chat.querySelectorAll(".wz-question").length} ${last.textContent}` : "";
      if (now === said) return;
      said = now;
      told.lang = last?.closest("[lang]").lang ?? "";
      told.textContent = last?.textContent ?? "";
    };
    const options = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] };
    unlabel(chat);
    new MutationObserver(() => {
      unlabel(chat);
      tell();
    }).observe(chat, options);
  }
}
