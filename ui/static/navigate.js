// Links and forms of our own markup move inside the running session instead of loading the page anew.
// Without this script they are plain links and forms and work all the same.
(() => {
  if (window.langngheNavigation) return;
  window.langngheNavigation = true;

  const go = (href) => {
    const elsewhere = new URL(href, document.baseURI).pathname !== location.pathname;
    history.pushState({}, "", href);
    window.dispatchEvent(new PopStateEvent("popstate"));
    if (elsewhere) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  };

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a.ln-go, a.ln-out");
    if (!link) return;
    event.preventDefault();
    if (link.classList.contains("ln-go")) go(link.getAttribute("href"));
    else window.open(link.href, "_blank", "noopener,noreferrer");
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form.ln-form");
    if (!form) return;
    event.preventDefault();
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    go(form.getAttribute("action") + "?" + new URLSearchParams(filled));
  });
})();
