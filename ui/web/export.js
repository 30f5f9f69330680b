// Runs once when the page is ready: the copy buttons of the cards, and the frame of the export options.
() => {
  const clearings = new WeakMap(); // else the first of two copies would take away what is said of the second
  const said = (element, text) => {
    element.textContent = text;
    clearTimeout(clearings.get(element));
    clearings.set(element, setTimeout(() => (element.textContent = ""), 5000));
  };

  // Away from this machine and without https a browser has no clipboard for scripts.
  const copyOld = (text) => {
    const box = document.createElement("textarea");
    const focused = document.activeElement;
    box.value = text;
    box.setAttribute("readonly", "");
    box.style.cssText = "position:fixed;top:0;opacity:0";
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    focused?.focus({ preventScroll: true });
    return done;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyOld(text);
    }
  };

  // Ids may hold any character: looked for by comparison, never by selector.
  const find = (name, value) =>
    [...document.querySelectorAll(`#wz-sources [data-${name}]`)].find((one) => one.dataset[name] === value);

  const wanted = (button) => {
    const quote = find("card", button.dataset.card);
    const article = quote && find("article", quote.dataset.from);
    if (!article) return "";
    const reference = article.dataset[document.documentElement.dataset.wzStyle ?? "gbt"].replace(/\n+$/, ""); // RIS ends with a space
    if (button.dataset.copy === "reference") return reference;
    return [quote.dataset.quote, reference, article.dataset.note].filter(Boolean).join("\n");
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.wz-copy");
    if (!button) return;
    const text = wanted(button);
    const done = text !== "" && (await copy(text));
    const status = button.parentElement.querySelector(".wz-copied");
    said(status, done ? status.dataset.copied : status.dataset.failed);
  });

  // The options stand over the page: Escape and a click beside them close them.
  const opener = () => document.querySelector("#wz-export > button");
  const isOpen = () => opener()?.classList.contains("open");
  const frame = document.getElementById("wz-export");
  if (frame) {
    const tell = () => {
      if (opener()?.getAttribute("aria-expanded") !== String(isOpen())) opener()?.setAttribute("aria-expanded", isOpen());
    };
    tell();
    new MutationObserver(tell).observe(frame, { subtree: true, attributes: true, attributeFilter: ["class"] });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen() || document.querySelector("#wz-export [role=listbox]")) return;
    opener().click();
    opener().focus();
  });
  document.addEventListener("pointerdown", (event) => {
    const inside = event.target.closest?.("#wz-export, [role=listbox], ul.options");
    if (!inside && isOpen()) opener().click();
  });
}
