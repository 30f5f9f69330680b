// Stands in every page before all else: what this browser keeps of light, dark and the size of print holds from the first picture on.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = (name) => {
    try {
      return localStorage.getItem(`wz-${name}`) ?? "";
    } catch {
      return ""; // the browser keeps nothing for this page
    }
  };
  const look = { theme: "", size: "", printing: false };
  const read = () => {
    look.theme = kept("theme");
    look.size = kept("size");
  };
  const asked = new URLSearchParams(location.search).get("__theme");

  // Until Gradio has its own colours the page has these, chosen by what the system wants.
  const grounds = { dark: ["--bg", "--bg-dark", "--col", "--col-dark"], light: ["--bg-dark", "--bg", "--col-dark", "--col"] };
  const paint = () => {
    const theme = look.printing ? "light" : look.theme || asked || (dark.matches ? "dark" : "light"); // paper is light
    root.style.colorScheme = theme === "dark" ? "dark" : "light";
    root.style.fontSize = ["125", "150"].includes(look.size) ? `${look.size}%` : "";
    const [ground, its, ink, own] = grounds[theme === "dark" ? "dark" : "light"];
    for (const name of ["--bg", "--bg-dark", "--col", "--col-dark"]) root.style.removeProperty(name);
    root.style.setProperty(ground, `var(${its})`);
    root.style.setProperty(ink, `var(${own})`);
    document.body?.classList.toggle("dark", theme === "dark");
  };

  read();
  paint();
  // Gradio follows the system when it is done with its own beginning.
  const watch = () => new MutationObserver(paint).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  new MutationObserver((_, self) => {
    if (!document.body) return;
    self.disconnect();
    watch();
    paint();
  }).observe(root, { childList: true });
  dark.addEventListener("change", paint);
  window.wzLook = { look, read, paint };
})();
