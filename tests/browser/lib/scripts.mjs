/** What tests run in a page before its own script. */

/** Keeps the page's connection as `mjcastPeer`. */
export function keepPeer() {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      window.mjcastPeer = this;
    }
  };
}

/** One script of several functions, which run in this order. */
export function inOrder(...functions) {
  return functions.map((one) => `(${one})();`).join('\n');
}
