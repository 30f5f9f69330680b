// Light or dark and the size of print, kept for this browser; the language that a screen reader should speak; the way past the head.
() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = (name) => {
    try {
      return localStorage.getItem(`wz-${name}`) ?? "";
    } catch {
      return ""; // the browser keeps nothing for this page
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(`wz-${name}`, value);
    } catch {
      // Then it holds until the page is left.
    }
  };
  const look = { theme: kept("theme"), size: kept("size") };
  const asked = new URLSearchParams(location.search).get("__theme");

  let printing = false; // paper is light
  const paint = () => {
    const theme = printing ? "light" : look.theme || asked || (dark.matches ? "dark" : "light");
    document.body.classList.toggle("dark", theme === "dark");
    root.style.colorScheme = theme === "dark" ? "dark" : "light";
    root.style.fontSize = ["125", "150"].includes(look.size) ? `${look.size}%` : "";
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
      printing = now;
      paint();
    });
  }

  dark.addEventListener("change", paint);
  // Gradio follows the system when it is done with its own beginning, which may be after this.
  new MutationObserver(paint).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  addEventListener("storage", (event) => {
    if (!event.key?.startsWith("wz-")) return;
    look.theme = kept("theme");
    look.size = kept("size");
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
