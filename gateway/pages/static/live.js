// Follows a stream of the gateway for as long as the page is open.
// A screen in a shop has nobody to reload it: whatever happens, it tries again.

const SILENT_AFTER_MS = 5000; // the gateway speaks every 2 s
const RETRY_MS = 1000;

export function follow(url, onValue, onSilence) {
  let source = null;
  let heard = performance.now();
  let silent = false;

  function open() {
    source = new EventSource(url);
    source.onmessage = (event) => {
      heard = performance.now();
      silent = false;
      onValue(JSON.parse(event.data));
    };
    source.onerror = () => {
      // After an answer that is no stream (a proxy's error page) the browser gives up for good.
      if (source.readyState === EventSource.CLOSED) {
        source.close();
        setTimeout(open, RETRY_MS);
      }
    };
  }

  setInterval(() => {
    if (!silent && performance.now() - heard > SILENT_AFTER_MS) {
      silent = true;
      onSilence();
    }
    // A connection can be dead without an error (a cable pulled): begin anew.
    if (silent && performance.now() - heard > 4 * SILENT_AFTER_MS) {
      heard = performance.now();
      source.close();
      open();
    }
  }, 500);

  open();
}

export function texts(id = "texts") {
  return JSON.parse(document.getElementById(id).textContent);
}

// Makes <tag class="…">children</tag>; text goes in as text, never as HTML.
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
