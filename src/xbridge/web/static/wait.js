// Asks how a request stands until it ended, then goes where the answer says.  The page works without this file.
(function () {
  "use strict";
  var place = document.querySelector("[data-status]");
  if (!place || !window.fetch) { return; }
  var usual = Number(place.getAttribute("data-seconds")) || 2;

  function later(seconds) { window.setTimeout(ask, Math.max(1, seconds) * 1000); }

  function ask() {
    window.fetch(place.getAttribute("data-status"), {
      credentials: "same-origin", cache: "no-store", headers: { "Accept": "application/json" }
    }).then(function (reply) {
      if (reply.status === 429 || reply.status === 503) {
        later(Number(reply.headers.get("Retry-After")) || usual);
        return null;
      }
      return reply.json().then(function (said) {
        if (said.status === "waiting") { later(said.retry_after_s || usual); return; }
        window.location.assign(said.next);
      });
    }).catch(function () { later(5); });
  }

  later(usual);
})();
