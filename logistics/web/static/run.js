// Follows a run: asks once a second, moves the bar and the steps, and reloads the page when the run is over.
(function () {
  "use strict";
  const card = document.querySelector("[data-run]");
  if (!card) return;
  const bar = document.getElementById("run-progress");
  const message = document.getElementById("run-message");
  let failures = 0;

  function show(run) {
    bar.value = run.fraction;
    if (message.textContent !== run.message) message.textContent = run.message;
    card.querySelectorAll("[data-phase]").forEach((step) => {
      const now = run.steps[step.dataset.phase];
      step.className = `step ${now.state}`;
      step.querySelector(".step-seconds").textContent = now.seconds;
    });
  }

  async function ask() {
    try {
      const answer = await fetch(card.dataset.run, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const run = await answer.json();
      failures = 0;
      show(run);
      if (!run.running) {
        window.location.reload();
        return;
      }
    } catch (error) {
      failures += 1; // the server may be restarting: ask less often, but go on
    }
    window.setTimeout(ask, Math.min(1000 * 2 ** failures, 15000));
  }
  window.setTimeout(ask, 500);
})();
