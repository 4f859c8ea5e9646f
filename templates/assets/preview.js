// Loads a page again when it has changed. Only pages that are being worked on have this.
(() => {
  const query = new URL(document.currentScript.src).search;
  const page = encodeURIComponent(location.pathname);
  let source = null;
  // A browser has few connections to one server: pages that nobody looks at leave them to others.
  const listen = () => {
    source?.close();
    source = document.hidden ? null : new EventSource(`/-/changes${query}&page=${page}`);
    if (source) source.onmessage = () => location.reload();
  };
  document.addEventListener("visibilitychange", listen);
  listen();
})();
