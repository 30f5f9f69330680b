// How the page looks can be chosen, and is kept for this browser; the language that a screen reader should speak; the way past the head.
() => {
  const root = document.documentElement;
  const { look, read, paint: paintPage } = window.wzLook; // see first/look.js
  const keep = (name, value) => {
    try {
      localStorage.setItem(`wz-${name}`, value);
    } catch {
      // Then it holds until the page is left.
    }
  };

  const paint = () => {
    paintPage();
    document.querySelectorAll(".wz-look button").forEach((button) => {
      const { wzTheme, wzSize } = button.dataset;
      const on = wzTheme === undefined ? wzSize === (look.size || "100") : wzTheme === look.theme;
      if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".wz-look button");
    if (button) {
      for (const [name, value] of [["theme", button.dataset.wzTheme], ["size", button.dataset.wzSize]]) {
        if (value === undefined) continue;
        look[name] = value;
        keep(name, value);
      }
      paint();
    } else {
      document.querySelectorAll(".wz-look[open]").forEach((open) => (open.open = open.contains(event.target)));
    }
  });

  document.addEventListener("keydown", (event) => {
    const open = document.querySelector(".wz-look[open]");
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  for (const [event, now] of [["beforeprint", true], ["afterprint", false]]) {
    addEventListener(event, () => {
      look.printing = now;
      paint();
    });
  }

  addEventListener("storage", (event) => {
    if (!event.key?.startsWith("wz-")) return;
    read();
    paint();
  });

  // The skip link must come before everything else, and the head is made anew with every change of language.
  const skip = document.createElement("a");
  skip.className = "wz-skip wz-first";
  const settle = () => {
    const header = document.querySelector(".wz-header[lang]");
    if (!header) return;
    if (root.lang !== header.lang) root.lang = header.lang;
    const own = header.querySelector(".wz-skip");
    if (own) {
      if (skip.textContent !== own.textContent) skip.textContent = own.textContent;
      skip.href = own.getAttribute("href");
      if (!skip.isConnected) document.body.prepend(skip);
      own.hidden = true;
    }
    paint();
  };
  skip.addEventListener("click", (event) => {
    const to = document.querySelector(skip.getAttribute("href")) ?? document.querySelector("main");
    event.preventDefault();
    to.setAttribute("tabindex", "-1");
    to.focus();
  });

  let waiting = 0;
  new MutationObserver(() => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      if (document.querySelector(".wz-header[lang]:not([data-wz-seen])")) {
        document.querySelectorAll(".wz-header[lang]").forEach((header) => (header.dataset.wzSeen = ""));
        settle();
      }
    });
  }).observe(document.body, { subtree: true, childList: true });
  settle();
  paint();
}
