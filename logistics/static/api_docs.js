// Starts the page that shows the API. Its own file, because inline scripts are not allowed here.
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: document.getElementById("swagger-ui").dataset.spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null, // the default sends the document to somebody else's server
    presets: [SwaggerUIBundle.presets.apis],
  });
});
