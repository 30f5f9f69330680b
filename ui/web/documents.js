// On the page of documents: the list is drawn anew at every change, and the button last pressed keeps the focus.
() => {
  const list = document.getElementById("wzd-list");
  if (!list) return;
  let seen = null;
  const settle = () => {
    const button = list.querySelector("button[data-focus]");
    if (button && button !== seen) button.focus();
    seen = button;
  };
  new MutationObserver(settle).observe(list, { subtree: true, childList: true });
}
