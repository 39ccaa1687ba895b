// Takes the pickup code that a scanned QR code brings along behind the #, which no server and no log ever sees.
(function () {
  "use strict";

  const field = document.getElementById("code");
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return;
  if (field) field.value = code.slice(0, field.maxLength);
  history.replaceState(null, "", location.pathname + location.search);
})();
