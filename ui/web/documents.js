// On the page of documents: both parts are drawn anew at every change; the focus stays, and what has changed is told once.
() => {
  const list = document.getElementById("wzd-list");
  const work = document.getElementById("wzd-work");
  if (!list || !work) return;

  let last = null;
  const settle = () => {
    const target = list.querySelector("[data-focus]");
    if (target && target !== last && [null, document.body].includes(document.activeElement)) target.focus();
    last = target;
  };
  new MutationObserver(settle).observe(list, { subtree: true, childList: true });

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
