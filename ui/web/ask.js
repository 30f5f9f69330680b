// What the browser keeps is written whole: every window tells the others, so that none writes over what it has not seen.
() => {
  let latest;
  const channel = new BroadcastChannel("wenzheng-conversations");
  channel.onmessage = (event) => {
    latest = event.data;
  };
  window.wzStore = () => latest;
  window.wzTell = (store) => {
    latest = store;
    if (store) channel.postMessage(store);
  };
}
