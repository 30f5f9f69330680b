// The review desk by keyboard and mouse: keys press the desk's buttons, a selection is snapped to whole sentences.
() => {
  const desk = document.getElementById("wz-rv-desk");
  if (!desk) return;

  const press = (name) => document.getElementById(`wz-rv-${name}`)?.click();
  const BUTTONS = { a: "accept", n: "unsupported", u: "undo", m: "wider", ArrowLeft: "previous", ArrowRight: "next" };

  // What a verdict led to is read out.
  const notice = document.getElementById("wz-rv-notice");
  notice?.setAttribute("role", "status");

  const sentences = () => [...desk.querySelectorAll(".wz-rv-text .wz-rv-s")];
  const marked = () => [...desk.querySelectorAll(".wz-rv-text .wz-rv-marked")];
  const place = ({ dataset }) => `${dataset.source} ${dataset.start} ${dataset.end}`;

  // The same sentence in original and translation.
  const mark = (sentence, on) => {
    for (const one of desk.querySelectorAll(".wz-rv-s")) {
      if (place(one) !== place(sentence)) continue;
      one.classList.toggle("wz-rv-marked", on);
      if (one.hasAttribute("aria-selected")) one.setAttribute("aria-selected", String(on));
    }
  };
  const unmark = () => marked().forEach((one) => mark(one, false));

  // One sentence of the text at a time can be reached by Tab.
  const walk = (sentence) => {
    if (!sentence) return;
    sentences().forEach((one) => (one.tabIndex = one === sentence ? 0 : -1));
    sentence.focus();
    sentence.scrollIntoView({ block: "nearest" });
  };

  const onWrong = () => {
    const inside = document.activeElement?.closest?.(".wz-rv-text");
    if (inside || marked().length || !sentences().length) press("wrong");
    else walk(desk.querySelector(".wz-rv-text .wz-rv-cited") ?? sentences()[0]);
  };

  const inText = (event, sentence) => {
    const all = sentences();
    const at = all.indexOf(sentence);
    const steps = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all.at(-1) };
    if (event.key in steps) walk(steps[event.key]);
    else if (event.key === " ") mark(sentence, !sentence.classList.contains("wz-rv-marked"));
    else if (event.key === "Enter") press("wrong");
    else return false;
    return true;
  };

  const writes = (element) => element?.closest?.("textarea, select, [contenteditable], input:not([type=checkbox])");
  const comment = () => document.querySelector("#wz-rv-comment :is(textarea, input)");
  const reviewer = () => document.querySelector("#wz-rv-name :is(textarea, input)");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !desk.isConnected) return;
    const target = event.target;
    if (writes(target)) {
      // Enter saves a name or a comment, which Gradio does; either key gives the keyboard back to the desk.
      const done = event.key === "Escape" || (event.key === "Enter" && !event.shiftKey);
      if (done && [comment(), reviewer()].includes(target)) setTimeout(() => target.blur());
      return;
    }
    const sentence = target.closest?.(".wz-rv-text .wz-rv-s");
    if (sentence && inText(event, sentence)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      unmark();
      document.activeElement?.blur?.();
      return;
    }
    if (!document.querySelector("#wz-rv-shortcuts input")?.checked || event.repeat) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "w") onWrong();
    else if (key === "c") comment()?.focus();
    else if (key in BUTTONS) press(BUTTONS[key]);
    else return;
    event.preventDefault();
  });

  // -- mouse and finger ------------------------------------------------------------------------------

  // Whether some of the sentence's own characters are selected.
  const touched = (range, sentence) => {
    const own = document.createRange();
    own.selectNodeContents(sentence);
    if (range.compareBoundaryPoints(Range.END_TO_START, own) >= 0 || range.compareBoundaryPoints(Range.START_TO_END, own) <= 0) return false;
    if (range.compareBoundaryPoints(Range.START_TO_START, own) > 0) own.setStart(range.startContainer, range.startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, own) < 0) own.setEnd(range.endContainer, range.endOffset);
    return own.toString().trim() !== "";
  };

  let dragged = false;
  document.addEventListener("mousedown", () => (dragged = false));
  document.addEventListener("mouseup", (event) => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const chosen = [...desk.querySelectorAll(".wz-rv-s")].filter((one) => touched(range, one));
    if (!chosen.length) return;
    if (!event.shiftKey && !event.ctrlKey && !event.metaKey) unmark();
    chosen.forEach((one) => mark(one, true));
    selection.removeAllRanges();
    event.preventDefault();
    dragged = true;
  });

  // A finger cannot drag over text without scrolling: a sentence that is pressed is marked, or no longer.
  desk.addEventListener("click", (event) => {
    const sentence = event.target.closest(".wz-rv-s");
    if (sentence && !dragged) mark(sentence, !sentence.classList.contains("wz-rv-marked"));
  });

  // -- the next statement -----------------------------------------------------------------

  // Whoever had read down to the end of one begins at the head of the next.
  let claim;
  new MutationObserver(() => {
    const shown = desk.querySelector(".wz-rv");
    if (!shown || shown.dataset.claim === claim) return;
    const first = claim === undefined;
    claim = shown.dataset.claim;
    const head = shown.querySelector(".wz-rv-head");
    const { top } = head.getBoundingClientRect();
    if (!first && (top < 0 || top > innerHeight / 2)) head.scrollIntoView();
  }).observe(desk, { subtree: true, childList: true });
}
