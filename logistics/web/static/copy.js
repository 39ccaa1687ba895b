// Copies a text to the clipboard. Without it the text can be selected and copied by hand.
(function () {
  "use strict";
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  const copy = async (element) => {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    }
    select(element); // a page without https has no clipboard of its own
    return document.execCommand("copy");
  };
  document.querySelectorAll("button[data-copy]").forEach((button) => {
    const text = document.getElementById(button.dataset.copy);
    const name = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      let done = false;
      try {
        done = await copy(text);
      } catch {
        done = false;
      }
      if (!done) {
        select(text);
        return;
      }
      button.textContent = button.dataset.done;
      window.setTimeout(() => {
        button.textContent = name;
      }, 2000);
    });
  });
})();
