// On the page of documents: both parts are drawn anew at every change; the focus stays, and what has changed is told once.
() => {
  const list = document.getElementById("wzd-list");
  const work = document.getElementById("wzd-work");
  if (!list || !work) return;

  // Gradio takes the old nodes away a moment after it has put in the new ones; until then the pressed button has the focus.
  let due = 0;
  const settle = () => {
    clearTimeout(due);
    due = setTimeout(() => {
      const target = list.querySelector("[data-focus]");
      if (!target) return;
      target.removeAttribute("data-focus");
      if ([null, document.body].includes(document.activeElement)) target.focus();
    }, 150);
  };
  new MutationObserver(settle).observe(list, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-focus"] });

  // A region that is replaced is not read out, and one with a counter would never stop.
  const told = document.createElement("div");
  told.className = "wzd-told";
  told.setAttribute("role", "status");
  document.body.append(told);
  const tell = () => {
    const said = [...work.querySelectorAll("[data-told]")].map((part) => part.textContent.trim()).join(". ");
    if (said !== told.textContent) told.textContent = said;
  };
  new MutationObserver(tell).observe(work, { subtree: true, childList: true });
}
