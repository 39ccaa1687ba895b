// Shows the running total of an order form. The form works without it; prices are decided by the server.
(function () {
  "use strict";
  document.querySelectorAll("form[data-total]").forEach((form) => {
    const line = form.querySelector(".total");
    const output = line.querySelector("output");
    const add = () => {
      let cents = 0;
      form.querySelectorAll("[data-price]").forEach((input) => {
        cents += Math.max(0, Math.floor(Number(input.value) || 0)) * Number(input.dataset.price);
      });
      output.textContent = `¥${(cents / 100).toFixed(2)}`;
      line.hidden = false;
    };
    form.addEventListener("input", add);
    window.addEventListener("pageshow", add); // by then the browser has put back what was typed before "back"
    add();
  });
})();
