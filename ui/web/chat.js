// The question that was asked last stands at the top of the chat, its answer below it, until the reader scrolls.
() => {
  const chat = document.getElementById("wz-chat");
  if (!chat) return;
  let asked = 0;
  let follows = false;
  let due = 0;

  const lead = () => {
    due = 0;
    const questions = chat.querySelectorAll(".wz-question");
    if (questions.length !== asked) follows = questions.length > 0;
    asked = questions.length;
    const last = questions[asked - 1]?.closest(".message-row");
    const box = last?.closest(".bubble-wrap");
    if (!follows || !box) return;
    const by = last.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
    if (Math.abs(by) > 1) box.scrollBy({ top: by, behavior: "instant" });
  };
  const soon = () => {
    due ||= requestAnimationFrame(lead);
  };
  new MutationObserver(soon).observe(chat, { subtree: true, childList: true, characterData: true });
  new ResizeObserver(soon).observe(chat); // suggestions take some of its height

  const KEYS = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " ", "Tab"];
  for (const event of ["wheel", "touchmove", "pointerdown"]) {
    chat.addEventListener(event, () => (follows = false), { passive: true });
  }
  chat.addEventListener("keydown", (event) => {
    if (KEYS.includes(event.key)) follows = false;
  });
  // A proof that leads back to its number scrolls for the reader.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("a.wz-back")) follows = false;
  }, true);
}
