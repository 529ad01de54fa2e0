const SMALL = "(max-width: 768px)" // where the sidebar lies over the page

export default function () {
  if (window.mnistlabMenu) return
  window.mnistlabMenu = true
  const push = history.pushState.bind(history)
  history.pushState = (state, unused, url) => {
    const here = new URL(url ?? "", location.href).pathname === location.pathname
    return here ? history.replaceState(state, unused, url) : push(state, unused, url)
  }
  document.addEventListener("click", ({ target }) => {
    if (target.closest(".st-key-menu a") && matchMedia(SMALL).matches) {
      document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click()
    }
  })
}
